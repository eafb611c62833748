# FindSentencePiece - the static SentencePiece that ./bootstrap builds into .deps/sentencepiece, or into
# $CADENZA_DEPS/sentencepiece
# (include/sentencepiece_processor.h, lib/libsentencepiece.a with abseil and protobuf inside).
#
# Debian's own package is older than 0.2.1 and reads crafted models out of bounds, so it is only
# taken when it is asked for: -DSENTENCEPIECE_ROOT=/usr.
#
# Gives: SentencePiece::sentencepiece
set(_root "${SENTENCEPIECE_ROOT}")
if(NOT _root AND NOT "$ENV{CADENZA_DEPS}" STREQUAL "")
  set(_root "$ENV{CADENZA_DEPS}/sentencepiece")
elseif(NOT _root)
  set(_root "${CMAKE_SOURCE_DIR}/.deps/sentencepiece")
endif()
# What an earlier run found is kept, but not when another place is asked for now.
if(NOT _root STREQUAL SentencePiece_ROOT_USED)
  unset(SentencePiece_INCLUDE_DIR CACHE)
  unset(SentencePiece_LIBRARY CACHE)
endif()
set(SentencePiece_ROOT_USED "${_root}" CACHE INTERNAL "where the other entries were found")

find_path(SentencePiece_INCLUDE_DIR sentencepiece_processor.h PATHS "${_root}/include" NO_DEFAULT_PATH)
find_library(SentencePiece_LIBRARY sentencepiece PATHS "${_root}/lib" "${_root}/lib/${CMAKE_LIBRARY_ARCHITECTURE}"
             NO_DEFAULT_PATH)

include(FindPackageHandleStandardArgs)
find_package_handle_standard_args(SentencePiece
  REQUIRED_VARS SentencePiece_LIBRARY SentencePiece_INCLUDE_DIR
  REASON_FAILURE_MESSAGE "(run ./bootstrap, or pass -DSENTENCEPIECE_ROOT=DIR)")

if(SentencePiece_FOUND AND NOT TARGET SentencePiece::sentencepiece)
  find_package(Threads REQUIRED)
  add_library(SentencePiece::sentencepiece UNKNOWN IMPORTED)
  set_target_properties(SentencePiece::sentencepiece PROPERTIES
    IMPORTED_LOCATION "${SentencePiece_LIBRARY}"
    INTERFACE_INCLUDE_DIRECTORIES "${SentencePiece_INCLUDE_DIR}"
    # libtorch_cpu exports protobuf symbols of its own; ours must not meet them.
    INTERFACE_LINK_OPTIONS "$<$<PLATFORM_ID:Linux>:LINKER:--exclude-libs,ALL>"
    INTERFACE_LINK_LIBRARIES Threads::Threads)
endif()
mark_as_advanced(SentencePiece_INCLUDE_DIR SentencePiece_LIBRARY)
