"""The documentation as a site: `npm run docs` builds it with Sphinx, from docs/ into site/.

Nothing is loaded from other hosts, neither while it is built nor when it is read.
"""

from pathlib import Path

project = "GourmetGram lab"
html_title = project
extensions = ["myst_parser", "sphinx_external_toc"]

# The navigation. A page that it does not list, and one that does not exist, fail the build.
external_toc_path = str(Path(__file__).with_name("toc.yml"))

# Markdown as GitHub shows it: the same anchors, and links to headings are checked.
myst_heading_anchors = 4
myst_links_external_new_tab = False

html_theme = "furo"
html_copy_source = False
html_show_copyright = False
# The source languages that Pygments does not know are shown as they are.
highlight_language = "none"
