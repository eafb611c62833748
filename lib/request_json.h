// A request as a JSON object, for records that hold one. Include this only in .cpp files.
#pragma once

#include "lib/json/strict_json.h"
#include "lib/request.h"

namespace cadenza {

// Members in the order of request_fields(); what was not asked for is left out. duration, count and
// template are always there, so that a later default cannot change what the record says.
Json request_object(const GenerationRequest& request);

// Sets one member, as set_field does from text. Throws Error(usage): unknown name, null, another
// type, out of range.
void set_member(GenerationRequest& request, const std::string& name, const Json& value,
                int max_prompt_chars);

// Strict: unknown members, null and values of another type or out of range throw Error(usage).
GenerationRequest request_from_object(const Json& object);

}  // namespace cadenza
