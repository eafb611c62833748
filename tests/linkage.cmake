# No libtorch at link time: cmake -DPROGRAMS=<file;file> -P tests/linkage.cmake
#
# libtorch costs every process that links it 0.2 s before main. The executable opens its engine on first
# use, and the unit tests must run where there is no libtorch at all.
cmake_minimum_required(VERSION 3.22)
foreach(program IN LISTS PROGRAMS)
  execute_process(COMMAND ldd "${program}" OUTPUT_VARIABLE libraries COMMAND_ERROR_IS_FATAL ANY)
  string(REGEX MATCHALL "lib(torch|c10|cadenza_engine)[^ \n]*" found "${libraries}")
  if(found)
    message(FATAL_ERROR "${program} is linked with ${found}; only the engine may be")
  endif()
  message(STATUS "${program} is linked without libtorch")
endforeach()
