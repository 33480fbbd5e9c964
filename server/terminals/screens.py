"""What a terminal shows and says, in the person's language."""

from device_protocol.terminal import AnswerShown, ScreenShown, WordSaid
from device_protocol.workflow.session import Feedback, Prompt
from device_protocol.workflow.texts import say, say_packs


def screen_of(language: str, prompt: Prompt) -> ScreenShown:
    """The screen of a prompt."""
    answers = [
        AnswerShown(each.command, say(language, each.text, each.fields)) for each in prompt.answers
    ]
    answers += [
        AnswerShown(str(number), say(language, each.text))
        for number, each in enumerate(prompt.choices, 1)
    ]
    text = say(language, prompt.key, prompt.fields)
    if prompt.notice is not None:
        text = f"{text} ({say(language, prompt.notice.key, prompt.notice.fields)})"
    return ScreenShown(
        key=prompt.key,
        text=text,
        state=prompt.state,
        takes=prompt.takes,
        ways=prompt.ways,
        answers=tuple(answers),
        quantity=prompt.quantity,
        packs=say_packs(language, prompt.packs) if prompt.packs else "",
    )


def word_of(language: str, feedback: Feedback) -> WordSaid:
    """What is said to an input, and how it sounds."""
    return WordSaid(feedback.key, say(language, feedback.key, feedback.fields), feedback.tone)
