"""Where editors change what the portal's mails say, in /cms/."""

from typing import Any

from django import forms
from django.contrib import messages
from django.core.exceptions import PermissionDenied, ValidationError
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_http_methods, require_safe
from wagtail.admin.auth import require_admin_access

from lms.accounts.http import SignedInRequest
from lms.accounts.mail import compose
from lms.accounts.message_kinds import MessageKind, Words, kind_of, kinds_with_words
from lms.accounts.models import MessageTemplate
from lms.accounts.permissions import Permission
from lms.accounts.words import Said, change_words, drop_words, faults_of, say, sentence, words_of

_LONGEST_TEXT = 5000


class WordsForm(forms.Form):
    """Subject and text of one kind of mail."""

    subject = forms.CharField(label=gettext_lazy("Subject"), max_length=200)
    body = forms.CharField(
        label=gettext_lazy("Text"),
        max_length=_LONGEST_TEXT,
        widget=forms.Textarea(attrs={"rows": 18}),
        help_text=gettext_lazy("An empty line begins a new paragraph."),
    )

    def __init__(self, words: Words, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.words = words

    def clean(self) -> dict[str, Any]:
        cleaned = self.cleaned_data
        found = faults_of(self.words, cleaned.get("subject", ""), cleaned.get("body", ""))
        for field, wrong in found.items():
            if wrong and field in cleaned:
                self.add_error(field, [ValidationError(sentence(one)) for one in wrong])
        return cleaned


@require_admin_access
@require_safe
def mail_words(request: SignedInRequest) -> HttpResponse:
    """All mails whose words editors may change, and which of them somebody has changed."""
    _check(request)
    own = {one.kind: one for one in MessageTemplate.objects.select_related("changed_by")}
    rows = [
        (kind, words.subject, own.get(kind.code))
        for kind in kinds_with_words()
        if (words := kind.words)
    ]
    return render(request, "cms_pages/editors/mail_words.html", {"rows": rows})


@require_admin_access
@require_http_methods(["GET", "POST"])
def edit_mail_words(request: SignedInRequest, code: str) -> HttpResponse:
    """One mail: its words, its placeholders and how it reads with examples in their place. A post
    looks at it, keeps it, or goes back to the portal's own words."""
    _check(request)
    kind, words = _kind(code)
    if "drop" in request.POST:
        drop_words(kind=kind, by=request.user)
        messages.success(request, _("The portal's own words stand again."))
        return redirect("mail_words")
    form = _form(request, kind, words)
    if request.method == "POST" and form.is_valid() and "keep" in request.POST:
        change_words(kind=kind, by=request.user, **form.cleaned_data)
        messages.success(request, _("Kept. Mails that leave from now on say this."))
        return redirect("edit_mail_words", code)
    preview = _preview(form, words)
    context = {
        "kind": kind,
        "words": words,
        "form": form,
        "own": MessageTemplate.objects.filter(kind=kind.code).first(),
        "preview": preview,
        "letter": _letter(preview, words) if preview else "",
    }
    status = 400 if form.errors else 200
    return render(request, "cms_pages/editors/edit_mail_words.html", context, status=status)


def _check(request: HttpRequest) -> None:
    user = request.user
    if not user.is_superuser and not user.may(Permission.EDIT_CONTENT):  # type: ignore[union-attr]
        raise PermissionDenied


def _kind(code: str) -> tuple[MessageKind, Words]:
    kind = kind_of(code)
    if kind is None or kind.words is None:
        raise Http404
    return kind, kind.words


def _form(request: HttpRequest, kind: MessageKind, words: Words) -> WordsForm:
    subject, body = words_of(kind.code, words)
    initial = {"subject": subject, "body": body}
    return WordsForm(words, request.POST if request.method == "POST" else None, initial=initial)


def _preview(form: WordsForm, words: Words) -> Said | None:
    """The mail with the examples of its placeholders; None while it cannot be filled."""
    if form.is_bound and not form.is_valid():
        return None
    wanted = form.cleaned_data if form.is_bound else form.initial
    examples = {one.name: str(one.example) for one in words.placeholders}
    return say(wanted["subject"], wanted["body"], examples, str(words.link))


def _letter(said: Said, words: Words) -> str:
    """The same as it leaves, as text, in the frame of every mail."""
    return compose("accounts/mail/words", to="rosa@example.org", said=said).body  # type: ignore[return-value]
