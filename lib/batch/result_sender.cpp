#include "lib/batch/result_sender.h"

#include "lib/batch/result_json.h"

namespace cadenza {

void ResultSender::completed(const BatchJob& job, const std::vector<JournalFile>& files,
                             double seconds) {
  courier_->send(job.id, completed_result(job.id, out_dir_, files, seconds) + "\n");
}

void ResultSender::failed(const BatchJob& job, const Error& error, double seconds) {
  courier_->send(job.id, failed_result(job.id, error, seconds) + "\n");
}

}  // namespace cadenza
