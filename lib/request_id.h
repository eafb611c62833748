// Names of tracks: the rule an id obeys, and the id a request gets when it has none.
#pragma once

#include <string>
#include <string_view>

#include "lib/request.h"

namespace cadenza {

// [A-Za-z0-9][A-Za-z0-9._-]{0,127}, no '.' at the end, and no name that Windows keeps for a device
// (con, nul, com1, ...) before the first dot, in any case: an id becomes a file name and part of an
// object key everywhere. Throws Error(usage): "id: expected …".
void expect_id(std::string_view field, std::string_view text);

// The first 16 hex digits of SHA-256 over the request's JSON without its id, a line feed, and the
// model's identity: equal work has an equal name on every machine.
// model_identity: whatever tells two models apart, such as name and revision.
std::string default_id(const GenerationRequest& request, std::string_view model_identity);

}  // namespace cadenza
