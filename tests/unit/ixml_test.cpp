#include "lib/audio/ixml.h"

#include <doctest/doctest.h>

using namespace cadenza;

TEST_CASE("the iXML document holds every mark, escaped") {
  const auto document = ixml_document(
      {.title = "R&B <live>", .software = "Cadenza 1", .custom = {{"ai_generated", "true"}}});
  const std::string expected =
      "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n"
      "<BWFXML>\n"
      "  <IXML_VERSION>2.0</IXML_VERSION>\n"
      "  <PROJECT>R&amp;B &lt;live&gt;</PROJECT>\n"
      "  <CADENZA>\n"
      "    <software>Cadenza 1</software>\n"
      "    <ai_generated>true</ai_generated>\n"
      "  </CADENZA>\n"
      "</BWFXML>\n";
  CHECK(document == expected);
}
