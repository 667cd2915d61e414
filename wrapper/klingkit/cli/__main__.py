"""``python -m klingkit.cli``."""

from klingkit.cli._dispatch import main

raise SystemExit(main())
