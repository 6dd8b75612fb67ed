"""In: what went wrong. Out: one line for the user, and a hint that says what to do.

AssistantError
├── MethodError       a method or prompt file is missing or wrong (file and line in the message)
├── SettingsError     a setting or a flag makes no sense
├── DeviceError       a microphone or loudspeaker is missing, busy or gone
├── VoiceError        no sentence could be made into sound
├── ModelError        the speech model is missing, damaged or hears another language
├── RecordingError    a sound file cannot be read
├── JournalError      the record cannot be written or read
└── SessionError      no such session, or it cannot be continued
"""


class AssistantError(Exception):
    """Anything the user can be told in one sentence.

    Args:
        message: what is wrong, one sentence, no trace of the code in it.
        hint: what to do about it, one sentence; empty when nothing can be done.
    """

    def __init__(self, message: str, hint: str = "") -> None:
        super().__init__(message)
        self.message = message
        self.hint = hint


class MethodError(AssistantError):
    """A method, prompt or script file is missing or wrong; the message names file and line."""


class SettingsError(AssistantError):
    """A setting, environment variable or flag is unknown or out of range."""


class DeviceError(AssistantError):
    """A microphone or loudspeaker is missing, busy or was pulled out."""


class VoiceError(AssistantError):
    """The synthesiser is missing, hangs, or has no voice for the language."""


class ModelError(AssistantError):
    """The speech model is not on disk, is damaged, or does not hear the language."""


class RecordingError(AssistantError):
    """A sound file is missing or cannot be decoded."""


class JournalError(AssistantError):
    """The record cannot be opened, written or read."""


class SessionError(AssistantError):
    """No such session, or it cannot be resumed or closed."""
