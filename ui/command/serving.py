"""Commands that start a server, and keep its accounts."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from onrecord.rag import (
    Library,
)
from onrecord.ui.command.console import (
    said,
)
from onrecord.ui.command.options import (
    AuthFile,
    NoAuth,
)
from onrecord.ui.server.accounts import Account, AccountRole, write_account

if TYPE_CHECKING:
    pass


def serve(
    context: typer.Context,
    host: Annotated[str, typer.Option(help="The address to listen on.")] = "127.0.0.1",
    port: Annotated[int, typer.Option(help="The port; 0 takes a free one.", min=0, max=65535)] = 7860,
    auth_file: AuthFile = None,
    no_auth: NoAuth = False,
    allowed_host: Annotated[
        list[str] | None,
        typer.Option(help="A further name the page is reached under, behind a proxy for instance. Can be repeated."),
    ] = None,
) -> None:
    """Start the web chat and print its address once it answers."""
    # Only this command pays for the import.
    from onrecord.ui.application import serve as serve_page

    with Library.open(context.obj) as library:
        serve_page(library, host=host, port=port, auth_file=auth_file, no_auth=no_auth, other_hosts=allowed_host or ())


def account(
    name: Annotated[str, typer.Argument(help="The name to log in with.")],
    auth_file: Annotated[Path, typer.Option(help="The file of accounts; made where there is none.")],
    role: Annotated[
        AccountRole, typer.Option(help="A reader asks; an editor adds and removes briefings too.")
    ] = "reader",
) -> None:
    """Write an account for `serve --auth-file`, or change its password or role; the password is asked for."""
    if sys.stdin.isatty():
        password = typer.prompt(said("password"), hide_input=True, confirmation_prompt=True, err=True)
    else:
        password = sys.stdin.readline().rstrip("\n")
    write_account(auth_file, Account.of(name, role, password))
    print(said("account_written", name=name, role=role, file=auth_file))


def mcp(
    context: typer.Context,
    http: Annotated[
        bool, typer.Option("--http", help="Serve by streamable HTTP instead of standard input and output.")
    ] = False,
    host: Annotated[str, typer.Option(help="With --http: the address to listen on.")] = "127.0.0.1",
    port: Annotated[int, typer.Option(help="With --http: the port; 0 takes a free one.", min=0, max=65535)] = 7861,
    auth_file: AuthFile = None,
    no_auth: NoAuth = False,
) -> None:
    """Let a language model's program (an MCP client) search, ask and check quotes. Clients start it themselves."""
    # Only this command pays for the import.
    from onrecord.ui.command.mcp_server import serve_http, serve_stdio

    with Library.open(context.obj) as library:
        if http:
            serve_http(library, host=host, port=port, auth_file=auth_file, no_auth=no_auth)
        else:
            serve_stdio(library)
