# Writes version.cpp from version.cpp.in. Run at build time, when git's log of HEAD has grown:
#   cmake -DVERSION=0.1.0 -DSOURCE=<project> -DOUT=<file> -P lib/version.cmake
set(CADENZA_VERSION "${VERSION}")
set(CADENZA_COMMIT unknown)
# Only a clone of this very project counts: a copy unpacked inside another repository has no commit.
if(EXISTS "${SOURCE}/.git")
  execute_process(COMMAND git rev-parse --verify --short=12 HEAD WORKING_DIRECTORY "${SOURCE}"
    RESULT_VARIABLE _failed OUTPUT_VARIABLE _commit ERROR_QUIET OUTPUT_STRIP_TRAILING_WHITESPACE)
  if(NOT _failed)
    set(CADENZA_COMMIT "${_commit}")
  endif()
endif()
configure_file("${SOURCE}/lib/version.cpp.in" "${OUT}" @ONLY)
file(TOUCH_NOCREATE "${OUT}")  # configure_file leaves an equal file alone; ninja would ask again
