# The arrows between layers, checked include by include: cmake -DSOURCE=<project> -P tests/layers.cmake
#
# Every #include of lib/, models/ and cli/ is held against the rules below, and every source file must
# be named once in its layer's CMakeLists.txt. All faults are printed, as file:line: sentence.
cmake_minimum_required(VERSION 3.22)

# forbid(<files> <includes> <because> [EXCEPT <includes>]): regular expressions over the file's path and
# over the text between the quotes or angle brackets. Only the first rule that an include breaks speaks.
set(rules "")
macro(forbid files includes because)
  cmake_parse_arguments(_rule "" EXCEPT "" ${ARGN})
  list(LENGTH rules _n)
  list(APPEND rules ${_n})
  set(rule_${_n}_files "${files}")
  set(rule_${_n}_includes "${includes}")
  set(rule_${_n}_because "${because}")
  set(rule_${_n}_except "${_rule_EXCEPT}")
endmacro()

set(torch "^(torch|ATen|c10)/")
forbid("^(lib|cli)/" "${torch}" "only models/ may include libtorch")
forbid("^models/" "^(torch/(torch|extension|all)|ATen/ATen)\\.h$"
       "this header costs 7 to 17 s; include ATen/core/Tensor.h and ATen/ops/<operator>.h")

# cli -> models -> lib
forbid("^lib/" "^(models|cli)/" "lib/ knows neither models/ nor cli/")
forbid("^models/" "^cli/" "models/ does not know cli/")
forbid("^cli/" "^models/" "models/load.h is the one door between cli/ and models/"
       EXCEPT "^models/load\\.h$")
forbid("^(lib|models|cli)/" "^tests/" "the program does not know its tests")

# Inside lib/: the ground floor knows nothing above it, and the packages do not know each other.
forbid("^lib/(error\\.|text/|io/|json/)" "^lib/" "error, text, io and json stand below the rest of lib/"
       EXCEPT "^lib/(error\\.h$|text/|io/|json/)")
forbid("^lib/audio/" "^lib/(store|hub|batch)/" "lib/audio stands alone")
forbid("^lib/store/" "^lib/(audio|hub|batch)/" "lib/store stands alone")
forbid("^lib/hub/" "^lib/(audio|store|batch)/" "lib/hub stands alone")

# Inside models/: musicgen may use t5 and encodec, never the reverse.
forbid("^models/t5/" "^models/(musicgen|encodec)/" "t5 knows neither musicgen nor encodec")
forbid("^models/encodec/" "^models/(musicgen|t5)/" "encodec knows neither musicgen nor t5")
forbid("^models/kernels/" "^models/(musicgen|t5|encodec)/" "kernels know tensors, not the models made of them")

set(fault_count 0)
macro(fault where sentence)
  message("${where}: ${sentence}")
  math(EXPR fault_count "${fault_count} + 1")
endmacro()

# The #include directives of a file, each with the newline before it so that it can be counted.
function(find_includes text result)
  string(REGEX MATCHALL "(^|\n)[ \t]*#[ \t]*include[ \t]*[<\"][^>\"\n]*" found "${text}")
  set(${result} "${found}" PARENT_SCOPE)
endfunction()

function(line_of text directive result)
  string(FIND "${text}" "${directive}" at)
  string(SUBSTRING "${text}" 0 ${at} before)
  string(REGEX MATCHALL "\n" newlines "${before}")
  list(LENGTH newlines line)
  math(EXPR line "${line} + 1")
  if(directive MATCHES "^\n")
    math(EXPR line "${line} + 1")
  endif()
  set(${result} ${line} PARENT_SCOPE)
endfunction()

file(GLOB_RECURSE files RELATIVE "${SOURCE}" "${SOURCE}/lib/*" "${SOURCE}/models/*" "${SOURCE}/cli/*")
list(FILTER files INCLUDE REGEX "\\.(h|cpp|inc|cu|S)$")
if(NOT files)
  message(FATAL_ERROR "layers: no source files below ${SOURCE}")
endif()

foreach(file IN LISTS files)
  file(READ "${SOURCE}/${file}" text)
  find_includes("${text}" directives)
  foreach(directive IN LISTS directives)
    string(REGEX REPLACE "^.*[<\"]" "" header "${directive}")
    list(APPEND includes_of_${file} "${header}")
    foreach(rule IN LISTS rules)
      if(file MATCHES "${rule_${rule}_files}" AND header MATCHES "${rule_${rule}_includes}" AND
         (rule_${rule}_except STREQUAL "" OR NOT header MATCHES "${rule_${rule}_except}"))
        line_of("${text}" "${directive}" line)
        fault("${file}:${line}" "includes \"${header}\": ${rule_${rule}_because}")
        break()
      endif()
    endforeach()
  endforeach()
endforeach()

# Which files get libtorch, directly or through headers of ours: marks spread until nothing changes.
set(spreading TRUE)
while(spreading)
  set(spreading FALSE)
  foreach(file IN LISTS files)
    if(NOT torch_through_${file})
      foreach(header IN LISTS includes_of_${file})
        if(header MATCHES "${torch}" OR torch_through_${header})
          set(torch_through_${file} "${header}")
          set(spreading TRUE)
          break()
        endif()
      endforeach()
    endif()
  endforeach()
endwhile()

foreach(file IN LISTS files)
  if(torch_through_${file})
    if(file MATCHES "^(lib|cli)/" AND NOT torch_through_${file} MATCHES "${torch}")
      fault("${file}" "gets libtorch through \"${torch_through_${file}}\": only models/ may include it")
    endif()
    # The wheel's include folder carries another fmt, which wins and then fails to link.
    foreach(header IN LISTS includes_of_${file})
      if(header MATCHES "^fmt/")
        fault("${file}" "includes \"${header}\" beside \"${torch_through_${file}}\": no fmt where libtorch is")
      endif()
    endforeach()
  endif()
endforeach()

# A source that no target compiles is dead, and its tests never run.
foreach(layer lib models cli tests/unit tests/model tests/parity tests/cli)
  file(READ "${SOURCE}/${layer}/CMakeLists.txt" list)
  string(REGEX REPLACE "#[^\n]*" "" list "${list}")
  string(REGEX REPLACE "set_source_files_properties\\([^)]*\\)" "" list "${list}")
  string(REGEX REPLACE "[ \t\n()]+" ";" words "${list}")
  file(GLOB_RECURSE sources RELATIVE "${SOURCE}/${layer}" "${SOURCE}/${layer}/*.cpp")
  list(FILTER sources EXCLUDE REGEX "^cmake/")  # projects of their own, built before this one
  foreach(source IN LISTS sources)
    set(named ${words})
    list(FILTER named INCLUDE REGEX "^${source}$")
    list(LENGTH named times)
    if(NOT times EQUAL 1)
      fault("${layer}/${source}" "is named ${times} times in ${layer}/CMakeLists.txt, not once")
    endif()
  endforeach()
endforeach()

list(LENGTH files file_count)
if(fault_count)
  message(FATAL_ERROR "layers: ${fault_count} fault(s) in ${file_count} files")
endif()
message(STATUS "layers: ${file_count} files keep the rules")
