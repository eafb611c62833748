// How a row of a batch becomes a track: the same code that `cadenza generate` runs.
#pragma once

#include <string>
#include <utility>
#include <vector>

#include "cli/output_options.h"
#include "lib/batch/manifest.h"
#include "lib/batch/runner.h"
#include "lib/make_track.h"

namespace cadenza {

class BatchMaker final : public TrackMaker {
 public:
  // manifest must outlive it.
  BatchMaker(const Manifest& manifest, const OutputOptions& output, const std::string& precision);

  TrackOrder order(const BatchJob& job) const;

  // What only the model can tell about a row; empty when it is fine.
  std::string problem(const RowValues& row, const ModelInfo& model) const;

  // For keys: SHA-256 over the model's files.
  void set_model_files(std::vector<std::pair<std::string, std::string>> files);
  // For tracks.
  void set_generator(const Generator& generator) { generator_ = &generator; }

  const std::string& model_sha256() const { return model_sha256_; }
  const std::string& settings_sha256() const { return settings_sha256_; }

  std::vector<std::string> file_names(const BatchJob& job) const override;
  std::string key(const BatchJob& job) const override;
  TrackRequest request(const BatchJob& job) const override;
  std::vector<OutputFile> finish(const BatchJob& job, Track track,
                                 std::chrono::system_clock::time_point began) const override;
  std::string failure_record(const BatchJob& job, const Error& error) const override;

 private:
  TrackFiles files_of(const BatchJob& job, const TrackOrder& order) const;
  EncodeOptions encode_options(const RowValues& row) const;

  const Manifest& manifest_;
  OutputOptions output_;
  std::vector<std::pair<std::string, std::string>> model_files_;
  std::string model_sha256_, settings_sha256_;
  const Generator* generator_ = nullptr;
};

}  // namespace cadenza
