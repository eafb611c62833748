// The broken twin of lib/io/publish.cpp: writes under the final name from the start, as a program
// without care would. The storm must catch it, or it proves nothing.
#include <unistd.h>

#include <fstream>

#include "lib/io/publish.h"

namespace cadenza {

void publish_file(const std::filesystem::path& path, std::string_view bytes, Overwrite) {
  std::ofstream file(path, std::ios::binary);
  const std::size_t half = bytes.size() / 2;
  file.write(bytes.data(), static_cast<std::streamsize>(half)).flush();
  ::usleep(500);
  file.write(bytes.data() + half, static_cast<std::streamsize>(bytes.size() - half));
}

}  // namespace cadenza
