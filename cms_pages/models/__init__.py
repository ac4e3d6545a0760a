from cms_pages.models.front import ContentPage, HomePage
from cms_pages.models.lessons import LessonPage
from cms_pages.models.programs import CatalogPage, ProgramPage

__all__ = ["CatalogPage", "ContentPage", "HomePage", "LessonPage", "ProgramPage"]
