#include "cli/model_report.h"

#include <fmt/format.h>

#include "lib/text/quote.h"

namespace cadenza {

namespace {

double window_s(const ModelInfo& model) {
  return static_cast<double>(model.window_frames) / model.frame_rate_hz();
}

std::string channels_word(const ModelInfo& model) {
  return model.num_channels == 2 ? "stereo" : "mono";
}

std::string hash_of(const std::string& file,
                    const std::vector<std::pair<std::string, std::string>>& hashes) {
  for (const auto& [name, hash] : hashes)
    if (name == file) return hash;
  return "";
}

std::string json_text(const Json& json) {
  return json.dump(2, ' ', false, Json::error_handler_t::replace) + "\n";
}

}  // namespace

std::string model_line(const ModelInfo& model) {
  return fmt::format("{} ({}), {:.1f} M parameters, {:.4g} s at {} Hz {}", escaped(model.name),
                     escaped(model.license), static_cast<double>(model.num_parameters) / 1e6,
                     window_s(model), model.sample_rate_hz, channels_word(model));
}

std::string model_text(const ModelInfo& model,
                       const std::vector<std::pair<std::string, std::string>>& hashes) {
  const SamplingSettings& sampling = model.sampling_defaults;
  std::string text = fmt::format("name        {}\n", escaped(model.name));
  if (!model.revision.empty()) text += fmt::format("revision    {}\n", escaped(model.revision));
  text += fmt::format("licence     {}\n", escaped(model.license));
  text += fmt::format("parameters  {}\n", model.num_parameters);
  text += fmt::format("weights     {} bytes\n", model.size_bytes);
  text += fmt::format("window      {:.4g} s ({} frames at {:.4g} Hz)\n", window_s(model),
                      model.window_frames, model.frame_rate_hz());
  text += fmt::format("audio       {} Hz {}\n", model.sample_rate_hz, channels_word(model));
  text += fmt::format("codebooks   {} of {}\n", model.num_codebooks, model.codebook_size);
  text += fmt::format("sampling    temperature {}, top-k {}, top-p {}, guidance {}{}\n",
                      sampling.temperature, sampling.top_k, sampling.top_p, sampling.guidance,
                      sampling.is_greedy ? ", greedy" : "");
  for (const auto& file : model.files) {
    const std::string hash = hash_of(file, hashes);
    text += fmt::format("file        {}{}{}\n", escaped(file), hash.empty() ? "" : "  ", hash);
  }
  return text;
}

Json model_object(const ModelInfo& model,
                  const std::vector<std::pair<std::string, std::string>>& hashes) {
  const SamplingSettings& sampling = model.sampling_defaults;
  Json object = {{"name", model.name}};
  if (!model.revision.empty()) object["revision"] = model.revision;
  object["license"] = model.license;
  object["parameters"] = model.num_parameters;
  object["size_bytes"] = model.size_bytes;
  object["sample_rate"] = model.sample_rate_hz;
  object["channels"] = model.num_channels;
  object["codebooks"] = model.num_codebooks;
  object["codebook_size"] = model.codebook_size;
  object["frame_rate_hz"] = model.frame_rate_hz();
  object["window_frames"] = model.window_frames;
  object["window_s"] = window_s(model);
  object["sampling_defaults"] = {{"temperature", sampling.temperature},
                                 {"top_k", sampling.top_k},
                                 {"top_p", sampling.top_p},
                                 {"guidance", sampling.guidance},
                                 {"greedy", sampling.is_greedy}};
  Json files = Json::array();
  for (const auto& name : model.files) {
    Json entry = {{"name", name}};
    if (const auto hash = hash_of(name, hashes); !hash.empty()) entry["sha256"] = hash;
    files.push_back(std::move(entry));
  }
  object["files"] = std::move(files);
  return object;
}

std::string runtime_line(const RuntimeInfo& runtime) {
  const std::string threads =
      runtime.threads > 0 ? fmt::format(", {} threads", runtime.threads) : "";
  return fmt::format("{} ({}), {}{}, loaded in {:.1f} s", runtime.device,
                     escaped(runtime.device_name), runtime.precision, threads, runtime.load_s);
}

std::string list_report(const ModelSearch& search, bool as_json) {
  std::string text;
  Json array = Json::array();
  for (const auto& name : list_models(search)) {
    const auto checkpoint = open_checkpoint(name, search);
    array.push_back(model_object(describe(*checkpoint)));
    text += model_line(describe(*checkpoint)) + "\n";
  }
  return as_json ? json_text(array) : text;
}

std::string info_report(const std::string& name, bool with_hashes, const ModelSearch& search,
                        bool as_json) {
  const auto checkpoint = open_checkpoint(name, search);
  const ModelInfo& model = describe(*checkpoint);
  std::vector<std::pair<std::string, std::string>> hashes;
  if (with_hashes) hashes = file_hashes(*checkpoint);
  return as_json ? json_text(model_object(model, hashes)) : model_text(model, hashes);
}

}  // namespace cadenza
