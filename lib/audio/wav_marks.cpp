#include "lib/audio/wav_marks.h"

#include <fmt/format.h>

#include <cstddef>
#include <string_view>

#include "lib/audio/ixml.h"
#include "lib/audio/tags.h"

namespace cadenza {

namespace {

// A chunk is an id, the size as 32-bit little-endian, the content, and a zero if that is odd.
void append_chunk(std::string& out, std::string_view id, std::string_view content) {
  out += id;
  for (int shift = 0; shift < 32; shift += 8)
    out += static_cast<char>((content.size() >> shift) & 0xFF);
  out += content;
  if (content.size() % 2 != 0) out += '\0';
}

std::string info_list(const AudioTags& tags) {
  std::string list = "INFO";
  const auto add = [&list](std::string_view id, const std::string& value) {
    if (!value.empty()) append_chunk(list, id, value + '\0');
  };
  add("INAM", tags.title);
  add("IART", tags.artist);
  add("ICMT", tags.comment);
  add("ISFT", tags.software);
  add("ICOP", tags.copyright);
  return list;
}

void append_field(std::string& out, std::string_view text, std::size_t size) {
  const std::string ascii = ascii_only(text, size);
  out += ascii;
  out.append(size - ascii.size(), '\0');
}

std::string bext(const AudioTags& tags, const AudioBuffer& audio, SampleFormat bits) {
  constexpr std::size_t kDateTimeReference = 10 + 8 + 8;
  constexpr std::size_t kUmidReserved = 64 + 190;
  std::string content;
  append_field(content, one_line(tags.custom), 256);  // Description
  append_field(content, "Cadenza", 32);               // Originator
  append_field(content, "", 32);                      // OriginatorReference
  content.append(kDateTimeReference, '\0');
  content += {'\1', '\0'};  // Version
  content.append(kUmidReserved, '\0');
  const int width = bits == SampleFormat::int16 ? 16 : bits == SampleFormat::int24 ? 24 : 32;
  content += fmt::format("A=PCM,F={},W={},M={},T=Cadenza\r\n", audio.sample_rate_hz, width,
                         audio.num_channels == 1 ? "mono" : "stereo");  // CodingHistory
  return content;
}

}  // namespace

std::string wav_marks(const AudioTags& tags, const AudioBuffer& audio, SampleFormat bits) {
  std::string chunks;
  if (!has_marks(tags)) return chunks;
  append_chunk(chunks, "LIST", info_list(tags));
  append_chunk(chunks, "bext", bext(tags, audio, bits));
  append_chunk(chunks, "iXML", ixml_document(tags));
  return chunks;
}

}  // namespace cadenza
