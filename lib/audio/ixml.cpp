#include "lib/audio/ixml.h"

#include <string_view>

#include "lib/audio/tags.h"

namespace cadenza {

namespace {

std::string escaped_xml(std::string_view text) {
  std::string out;
  for (const char c : text) {
    switch (c) {
      case '&':
        out += "&amp;";
        break;
      case '<':
        out += "&lt;";
        break;
      case '>':
        out += "&gt;";
        break;
      default:
        out += c;
    }
  }
  return out;
}

void append_element(std::string& xml, std::string_view indent, std::string_view name,
                    std::string_view value) {
  if (value.empty()) return;
  xml.append(indent).append("<").append(name).append(">");
  xml.append(escaped_xml(value));
  xml.append("</").append(name).append(">\n");
}

}  // namespace

std::string ixml_document(const AudioTags& tags) {
  std::string xml =
      "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n"
      "<BWFXML>\n"
      "  <IXML_VERSION>2.0</IXML_VERSION>\n";
  append_element(xml, "  ", "PROJECT", tags.title);
  append_element(xml, "  ", "NOTE", tags.comment);
  xml += "  <CADENZA>\n";
  append_element(xml, "    ", "artist", tags.artist);
  append_element(xml, "    ", "software", tags.software);
  append_element(xml, "    ", "copyright", tags.copyright);
  for (const auto& [key, value] : tags.custom) append_element(xml, "    ", key, value);
  return xml + "  </CADENZA>\n</BWFXML>\n";
}

}  // namespace cadenza
