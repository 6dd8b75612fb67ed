"""The map of the house: inputs turn the world into events, core turns events into actions, outputs
turn actions into the world.

    cli/        the front door: thin commands
    app.py      chooses the parts and joins them; the only file that names devices
    settings.py one frozen table of settings: defaults, file, environment, flags
    loop.py     the hall: next event -> understand -> session -> journal -> actions performed
    core/       THINK: no clock, thread, file or device
        session/   events -> actions: steps, minutes, the guard
        language/  text -> speech acts and commands
        hearing/   speech probabilities -> utterances; what the transcriber invents
        record/    journal -> record -> report
    inputs/     HEAR and READ: microphone, recording, simulated room, Silero, Whisper, files
    outputs/    SPEAK, SHOW, KEEP: voice, loudspeaker, screen, store, documents

Start reading at core/events.py and core/actions.py (each other's mirror), then core/session/.
"""

__version__ = "0.1.0"
