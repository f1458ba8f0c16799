"""What can be measured, and what works on this machine: `selector measures`."""

import typer


def add_to(app: typer.Typer) -> None:
    """Add the commands of this module to *app*, beside its own."""
    app.command()(measures)


def measures() -> None:
    """List what can be measured: outputs, unit, range, and what it is blind to."""
    from selector.cli.table import measure_table
    from selector.measures import loader

    measure_table(
        [(path, loader.construct(path, loader.load(path).example)) for path in loader.names()]
    )
