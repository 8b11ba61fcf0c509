function createPageHTML(pages, page, name, ext) {
  for (var i = 0; i < pages; i++)
    document.write(i === page ? " " + (i + 1) : ' <a href="' + name + (i ? "_" + i : "") + "." + ext + '">' + (i + 1) + "</a>");
}
