"""The forms editors fill in, where Wagtail's own would offer what makes no sense."""

from typing import Any

from django import forms
from django.db.models import Exists, OuterRef, Q
from django.utils.translation import gettext_lazy as _
from wagtail.admin.forms import WagtailAdminPageForm

from courses.models import Course, Module


class ModuleChoice(forms.ModelChoiceField):
    """Modules by the name people know them under: course, version, day, title."""

    def label_from_instance(self, module: Any) -> str:
        version = module.version
        where = _("%(program)s, version %(number)d") % {
            "program": version.course.program,
            "number": version.number,
        }
        if module.day:
            where = _("%(where)s, day %(day)d") % {"where": where, "day": module.day}
        return f"{where}: {module.title}"


class LessonPageForm(WagtailAdminPageForm):
    """Offers the modules of each course's newest version, and the one the lesson has."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        if "module" not in self.fields:
            return
        newer = Module.objects.filter(
            version__course=OuterRef("version__course"),
            version__number__gt=OuterRef("version__number"),
        )
        field = self.fields["module"]
        self.fields["module"] = ModuleChoice(
            queryset=Module.objects.filter(~Exists(newer) | Q(pk=self.instance.module_id))
            .select_related("version__course")
            .order_by("version__course__position", "version__number", "position"),
            label=field.label,
            help_text=_("A lesson prepares for one session. Later versions keep it by its code."),
        )


class ProgramPageForm(WagtailAdminPageForm):
    """Offers the courses that have no page yet. A page stays with its course: its address and its
    words are about that one."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        if "course" not in self.fields:
            return
        own = self.instance.course_id
        field = self.fields["course"]
        field.queryset = Course.objects.filter(Q(program_page__isnull=True) | Q(pk=own))
        field.disabled = self.instance.pk is not None
