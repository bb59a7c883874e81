-- A library in PostgreSQL over the nodes of a Citus cluster, in place of make.py. Not run where OnRecord is tested:
-- Citus could not be had there. It needs Citus 12 or newer, and pgvector on every node.
--
--     onrecord --library postgresql://USER@COORDINATOR/DATABASE list    # makes the empty tables
--     psql postgresql://USER@COORDINATOR/DATABASE -f deploy/sharded/citus.sql
--
-- Before: CREATE EXTENSION citus and CREATE EXTENSION vector on the coordinator and each worker, and
-- SELECT citus_add_node('WORKER', 5432) for each worker.

\set ON_ERROR_STOP on
BEGIN;

-- All of a briefing is on one node, so that what belongs to it is joined there. What is small, and says what is in the
-- library, stays with the coordinator; it is joined with the others there.
SELECT create_distributed_table('passages', 'briefing_id');
SELECT create_distributed_table('searched', 'briefing_id', colocate_with => 'passages');
SELECT create_distributed_table('postings', 'briefing_id', colocate_with => 'passages');
SELECT create_distributed_table('files', 'briefing_id', colocate_with => 'passages');
SELECT citus_add_local_table_to_metadata('briefings');
SELECT citus_add_local_table_to_metadata('voices');
SELECT citus_add_local_table_to_metadata('speakers');

COMMIT;

-- What the store says to its own server (rag/store/postgres/connections.py), for the sessions on the workers.
SELECT run_command_on_workers($$
    ALTER SYSTEM SET jit = off;
$$);
SELECT run_command_on_workers(format('ALTER DATABASE %I SET hnsw.ef_search = 600', current_database()));
SELECT run_command_on_workers(format('ALTER DATABASE %I SET hnsw.iterative_scan = relaxed_order', current_database()));
SELECT run_command_on_workers(format('ALTER DATABASE %I SET hnsw.max_scan_tuples = 100000', current_database()));
SELECT run_command_on_workers('SELECT pg_reload_conf()');
