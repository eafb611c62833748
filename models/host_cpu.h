// The processor this process runs on. Torch-free.
#pragma once

#include <string>

namespace cadenza {

// Physical cores this process may use: siblings of one core count once, and an affinity mask or a
// container's CPU quota lowers the number. At least 1.
int usable_cores();

// "AMD EPYC 9B45", or "unknown processor".
std::string cpu_name();

}  // namespace cadenza
