"""Files that must not touch the disk on their way in."""

from typing import Any

from django.core.files.uploadhandler import MemoryFileUploadHandler, SkipFile

from assessments.responses_file import MAX_BYTES

EVALUATORS = "/evaluate/"
# Room for what a browser sends around the file.
LIMIT = MAX_BYTES + 64 * 1024


class ResponsesStayInMemory(MemoryFileUploadHandler):
    """Keeps a file of responses in memory. Django would write a large one to a temporary file, in
    which names and answers stand side by side; one over the limit is dropped instead, and the form
    finds none. Files sent to other places are left to the next handlers."""

    def handle_raw_input(
        self,
        input_data: Any,
        META: Any,  # noqa: N803 - Django's own name
        content_length: int,
        boundary: Any,
        encoding: Any = None,
    ) -> None:
        self.ours = bool(self.request and self.request.path.startswith(EVALUATORS))
        self.activated = self.ours and content_length <= LIMIT

    def new_file(self, *args: Any, **kwargs: Any) -> None:
        if self.ours and not self.activated:
            raise SkipFile
        super().new_file(*args, **kwargs)
