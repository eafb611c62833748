// log and exp that give the same bits on every machine with IEEE doubles. Torch-free.
//
// The C library's differ in the last bit between systems, and one bit can turn one drawn token into
// another. These use only + - * / and exact scaling; the file is compiled without fused
// multiply-add, which would change the bits again. Relative error below 1e-15.
#pragma once

namespace cadenza {

// Natural logarithm of a positive, finite number.
double portable_log(double x);

// e to the power x for x <= 0; 0 below -708, -infinity included.
double portable_exp(double x);

}  // namespace cadenza
