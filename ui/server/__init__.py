"""What lies between the network and the page: accounts, limits, logs, health."""
