#include "cli/batch_maker.h"

#include <fmt/format.h>

#include "lib/error.h"
#include "lib/io/sha256.h"
#include "lib/version.h"

namespace cadenza {

namespace {

std::string optional_text(const std::optional<int>& value) {
  return value ? fmt::format("{}", *value) : "-";
}

// Every setting that changes the bytes of a track, in an order that never changes.
std::string settings_text(const OutputOptions& output, const std::string& precision) {
  const EncodeOptions& encode = output.encode;
  const FinishOptions& finish = output.finish;
  return fmt::format(
      "format {}\nbits {}\nbitrate {}\nvbr {}\nrate {}\nchannels {}\nloudness {} {} {}\nfade {} "
      "{}\n"
      "trim {}\ntokens {}\nembed {}\nprecision {}\n",
      format_name(encode.format), static_cast<int>(encode.bits), optional_text(encode.bitrate_kbps),
      optional_text(encode.vbr_quality), optional_text(finish.sample_rate_hz),
      optional_text(finish.num_channels), static_cast<int>(finish.loudness), finish.loudness_lufs,
      finish.ceiling_dbtp, finish.fade_in_s, finish.fade_out_s, finish.trims_silence,
      output.saves_tokens, output.embeds_prompt, precision);
}

std::string major_version() { return std::string(kVersion.substr(0, kVersion.find('.'))); }

}  // namespace

BatchMaker::BatchMaker(const Manifest& manifest, const OutputOptions& output,
                       const std::string& precision)
    : manifest_(manifest),
      output_(output),
      settings_sha256_(sha256_hex(settings_text(output, precision))) {}

void BatchMaker::set_model_files(std::vector<std::pair<std::string, std::string>> files) {
  std::string text;
  for (const auto& [name, sha256] : files) text += sha256 + "  " + name + "\n";
  model_sha256_ = sha256_hex(text);
  model_files_ = std::move(files);
}

EncodeOptions BatchMaker::encode_options(const RowValues& row) const {
  EncodeOptions encode = output_.encode;
  if (!row.format || *row.format == encode.format) return encode;
  // Options of the command's format mean nothing to another one.
  return {.format = *row.format};
}

TrackOrder BatchMaker::order(const BatchJob& job) const {
  RowValues row = job_values(manifest_, job);
  TrackOrder order;
  order.id = job.id;
  order.seed = track_seed(row.request.seed.value_or(0), job.index, row.request.count);
  order.finish = output_.finish;
  order.encode = encode_options(row);
  order.embeds_prompt = output_.embeds_prompt;
  order.model_files = model_files_;
  order.request = std::move(row.request);
  return order;
}

std::string BatchMaker::problem(const RowValues& row, const ModelInfo& model) const {
  TrackOrder order;
  order.request = row.request;
  order.finish = output_.finish;
  order.encode = encode_options(row);
  try {
    expect_feasible(order, model);
  } catch (const Error& error) {
    return error.sentence();
  }
  return "";
}

TrackFiles BatchMaker::files_of(const BatchJob& job, const TrackOrder& order) const {
  TrackFiles files{.audio = job.id + "." + format_name(order.encode.format)};
  if (output_.saves_tokens) files.tokens = job.id + ".tokens";
  files.metadata = job.id + ".json";
  return files;
}

std::vector<std::string> BatchMaker::file_names(const BatchJob& job) const {
  if (job.is_invalid) return {};
  const TrackFiles files = files_of(job, order(job));
  std::vector<std::string> names{files.audio.string()};
  if (files.tokens) names.push_back(files.tokens->string());
  names.push_back(files.metadata->string());
  return names;
}

std::string BatchMaker::key(const BatchJob& job) const {
  if (job.is_invalid)
    return sha256_hex(fmt::format("invalid\n{}", manifest_.invalid[job.row].problem));
  const TrackOrder order = this->order(job);
  return sha256_hex(fmt::format("{}\n{}\n{}\n{}\n{}\n{}\n", major_version(), to_json(order.request),
                                job.index, format_name(order.encode.format), model_sha256_,
                                settings_sha256_));
}

TrackRequest BatchMaker::request(const BatchJob& job) const {
  if (job.is_invalid) fail(ErrorKind::usage, std::string(manifest_.invalid[job.row].problem));
  return track_request(order(job), generator_->model());
}

std::vector<OutputFile> BatchMaker::finish(const BatchJob& job, Track track,
                                           std::chrono::system_clock::time_point began) const {
  const auto now = std::chrono::system_clock::now();
  TrackStart start;
  start.time = std::chrono::system_clock::to_time_t(began);
  start.clock -= std::chrono::duration_cast<std::chrono::steady_clock::duration>(now - began);
  NoProgress silent;
  const TrackOrder order = this->order(job);
  const RenderedTrack rendered = finish_track(*generator_, order, std::move(track), start, silent);
  std::vector<OutputFile> files;
  for (auto& [path, bytes] : track_content(rendered, files_of(job, order)).files)
    files.push_back({path.string(), std::move(bytes)});
  return files;
}

std::string BatchMaker::failure_record(const BatchJob& job, const Error& error) const {
  const GenerationRequest request =
      job.is_invalid ? GenerationRequest{} : job_values(manifest_, job).request;
  return failure_json(job.id, request, std::string(error_kind_name(error.kind())), error.sentence(),
                      error.hint());
}

}  // namespace cadenza
