#include "models/musicgen/delay_pattern.h"

#include <string>

#include "lib/error.h"

namespace cadenza {

namespace {

constexpr std::int32_t kUnknown = -1;

void expect(bool is_met, const char* what) {
  if (!is_met) fail(ErrorKind::internal, std::string("delay pattern: ") + what);
}

}  // namespace

DelayPattern::DelayPattern(int num_codebooks, int num_channels, std::int64_t num_frames,
                           bool is_delayed)
    : num_codebooks_(num_codebooks),
      num_channels_(num_channels),
      num_frames_(num_frames),
      longest_delay_(0),
      is_delayed_(is_delayed) {
  expect(num_channels >= 1 && num_codebooks >= 1 && num_codebooks % num_channels == 0,
         "the codebooks must divide evenly among the channels");
  expect(num_frames >= 1, "there must be a frame to generate");
  longest_delay_ = delay(num_codebooks - 1);
}

std::int64_t DelayPattern::delay(int codebook) const {
  return is_delayed_ ? codebook / num_channels_ : 0;
}

std::optional<std::int64_t> DelayPattern::frame_at(int codebook, std::int64_t step) const {
  const std::int64_t frame = step - 1 - delay(codebook);
  if (frame < 0 || frame >= num_frames_) return std::nullopt;
  return frame;
}

TokenGrid::TokenGrid(const DelayPattern& pattern, std::int32_t special_token,
                     const std::vector<std::int16_t>& prompt)
    : pattern_(pattern),
      first_step_(static_cast<std::int64_t>(prompt.size()) / pattern.num_codebooks() + 1),
      cells_(static_cast<std::size_t>(pattern.num_codebooks() * pattern.num_steps()), kUnknown) {
  const std::int64_t prompt_frames = first_step_ - 1;
  expect(static_cast<std::int64_t>(prompt.size()) == prompt_frames * pattern.num_codebooks() &&
             prompt_frames <= pattern.num_frames(),
         "the prompt must hold whole frames, and no more than are generated");
  for (int codebook = 0; codebook < pattern.num_codebooks(); ++codebook) {
    for (std::int64_t step = 0; step < pattern.num_steps(); ++step) {
      const auto frame = pattern.frame_at(codebook, step);
      if (!frame)
        cell(codebook, step) = special_token;
      else if (*frame < prompt_frames)
        cell(codebook, step) = prompt[static_cast<std::size_t>(codebook * prompt_frames + *frame)];
    }
  }
}

std::int32_t TokenGrid::token(int codebook, std::int64_t step) const {
  expect(!is_unknown(codebook, step), "a column was fed before it was complete");
  return cell(codebook, step);
}

void TokenGrid::write(int codebook, std::int64_t step, std::int32_t token) {
  if (is_unknown(codebook, step)) cell(codebook, step) = token;
}

bool TokenGrid::is_unknown(int codebook, std::int64_t step) const {
  return cell(codebook, step) == kUnknown;
}

std::vector<std::int16_t> TokenGrid::codes() const {
  std::vector<std::int16_t> codes;
  codes.reserve(static_cast<std::size_t>(pattern_.num_codebooks() * pattern_.num_frames()));
  for (int codebook = 0; codebook < pattern_.num_codebooks(); ++codebook) {
    for (std::int64_t frame = 0; frame < pattern_.num_frames(); ++frame) {
      const std::int64_t step = pattern_.step_of(codebook, frame);
      expect(!is_unknown(codebook, step), "the grid was read before it was complete");
      codes.push_back(static_cast<std::int16_t>(cell(codebook, step)));
    }
  }
  return codes;
}

std::int32_t& TokenGrid::cell(int codebook, std::int64_t step) {
  return cells_[static_cast<std::size_t>(codebook * pattern_.num_steps() + step)];
}

std::int32_t TokenGrid::cell(int codebook, std::int64_t step) const {
  return cells_[static_cast<std::size_t>(codebook * pattern_.num_steps() + step)];
}

}  // namespace cadenza
