// How the files of a track are called: what --output or --name-template says, with _1, _2, ... when
// several tracks are asked for.
#pragma once

#include <cstdint>
#include <string>

#include "cli/output_options.h"
#include "lib/make_track.h"
#include "lib/request.h"

namespace cadenza {

// Words of the prompt for a file name: "Calm piano, 3 a.m.!" -> "calm-piano-3-a-m"; at most 40
// characters, "track" when nothing is left.
std::string slug(const std::string& prompt);

// The id of track `index` of a request of `count`: id, or id_1, id_2, ...
std::string track_id(const std::string& request_id, int index, int count);

// Checks the template alone: known placeholders, braces that match, no absolute path, no "..".
// Throws Error(usage). For before the request's id is known.
void expect_name_template(const std::string& name_template);

// request: with its seed; request_id: as in the metadata. Throws Error(usage) when an expanded part
// of the path is no legal id ("name-template: ...").
TrackFiles track_files(const OutputOptions& output, const GenerationRequest& request,
                       const std::string& request_id, int index);

}  // namespace cadenza
