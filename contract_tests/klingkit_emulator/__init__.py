"""A relay on your own machine: every dialect, real files, tasks in SQLite, misbehaviour on demand.

It speaks from data: the resolved documents say what is asked, `dialects.toml` how answers are worded. Start it with
`klingkit emulate`, from Python with `klingkit_emulator.launch.launch`, or take the bare ASGI application from
`klingkit_emulator.app.create_app`.

Told to it in a prompt: ``[fail]`` or ``[fail: some reason]`` makes the task fail after its usual time.
"""
