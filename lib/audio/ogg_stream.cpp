#include "lib/audio/ogg_stream.h"

#include <ogg/ogg.h>

#include <algorithm>
#include <cstdint>
#include <memory>
#include <vector>

#include "lib/error.h"

namespace cadenza {

namespace {

// Fields of a page header (RFC 3533, section 6).
constexpr std::size_t kSerialAt = 14;
constexpr std::size_t kNumberAt = 18;

struct Page {
  std::string header, body;

  ogg_page view() {
    return {reinterpret_cast<unsigned char*>(header.data()), static_cast<long>(header.size()),
            reinterpret_cast<unsigned char*>(body.data()), static_cast<long>(body.size())};
  }
};

class Stream {
 public:
  explicit Stream(std::uint32_t serial) { ogg_stream_init(&state_, static_cast<int>(serial)); }
  Stream(const Stream&) = delete;
  Stream& operator=(const Stream&) = delete;
  ~Stream() { ogg_stream_clear(&state_); }
  ogg_stream_state* get() { return &state_; }

 private:
  ogg_stream_state state_{};
};

std::string text_of(const unsigned char* bytes, long size) {
  return {reinterpret_cast<const char*>(bytes), static_cast<std::size_t>(size)};
}

std::vector<Page> split_pages(std::string_view bytes) {
  ogg_sync_state sync;
  ogg_sync_init(&sync);
  const std::unique_ptr<ogg_sync_state, int (*)(ogg_sync_state*)> owner(&sync, ogg_sync_clear);
  char* buffer = ogg_sync_buffer(&sync, static_cast<long>(bytes.size()));
  std::copy(bytes.begin(), bytes.end(), buffer);
  ogg_sync_wrote(&sync, static_cast<long>(bytes.size()));
  std::vector<Page> pages;
  ogg_page page;
  while (ogg_sync_pageout(&sync, &page) == 1)
    pages.push_back({text_of(page.header, page.header_len), text_of(page.body, page.body_len)});
  return pages;
}

// FNV-1a: any function of the content will do; players only need streams of one file to differ.
std::uint32_t serial_of(const std::vector<Page>& pages) {
  std::uint32_t hash = 2166136261U;
  for (const Page& page : pages)
    for (const char c : page.body) hash = (hash ^ static_cast<unsigned char>(c)) * 16777619U;
  return hash;
}

// Takes whole header pages off the front: audio always begins on a page of its own.
std::vector<std::string> take_headers(std::vector<Page>& pages, int count) {
  std::vector<std::string> packets;
  auto next = pages.begin();
  Stream stream(next == pages.end() ? 0 : static_cast<std::uint32_t>([&] {
    ogg_page first = next->view();
    return ogg_page_serialno(&first);
  }()));
  while (static_cast<int>(packets.size()) < count && next != pages.end()) {
    ogg_page page = (next++)->view();
    ogg_stream_pagein(stream.get(), &page);
    ogg_packet packet;
    while (ogg_stream_packetout(stream.get(), &packet) == 1)
      packets.push_back(text_of(packet.packet, packet.bytes));
  }
  if (static_cast<int>(packets.size()) != count)
    fail(ErrorKind::internal, "the Ogg encoder wrote headers of an unknown shape");
  pages.erase(pages.begin(), next);
  return packets;
}

// The first header has a page to itself; the others share theirs. Returns the next page's number.
std::uint32_t append_headers(std::string& out, std::vector<std::string>& packets,
                             std::uint32_t serial) {
  Stream stream(serial);
  std::uint32_t num_pages = 0;
  for (std::size_t i = 0; i < packets.size(); ++i) {
    ogg_packet packet{};
    packet.packet = reinterpret_cast<unsigned char*>(packets[i].data());
    packet.bytes = static_cast<long>(packets[i].size());
    packet.b_o_s = i == 0;
    packet.packetno = static_cast<ogg_int64_t>(i);
    ogg_stream_packetin(stream.get(), &packet);
    if (i != 0 && i + 1 != packets.size()) continue;
    for (ogg_page page; ogg_stream_flush(stream.get(), &page) != 0; ++num_pages)
      out += text_of(page.header, page.header_len) + text_of(page.body, page.body_len);
  }
  return num_pages;
}

void put_u32(std::string& header, std::size_t at, std::uint32_t value) {
  for (std::size_t i = 0; i < 4; ++i) header[at + i] = static_cast<char>(value >> (8 * i) & 0xFF);
}

}  // namespace

std::string rewrite_ogg(std::string_view bytes, const OggRewrite& rewrite) {
  auto pages = split_pages(bytes);
  const std::uint32_t serial = serial_of(pages);
  auto headers = take_headers(pages, rewrite.num_header_packets);
  headers[1] = rewrite.comment_packet(headers[1]);
  std::string out;
  out.reserve(bytes.size() + headers[1].size());
  std::uint32_t number = append_headers(out, headers, serial);
  for (Page& page : pages) {
    put_u32(page.header, kSerialAt, serial);
    put_u32(page.header, kNumberAt, number++);
    ogg_page view = page.view();
    ogg_page_checksum_set(&view);
    out += page.header + page.body;
  }
  return out;
}

}  // namespace cadenza
