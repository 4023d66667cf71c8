# Writes OUT, a .cpp, when the commit changed. Wants OUT, SOURCE, VERSION and TYPE.
execute_process(COMMAND git -C ${SOURCE} describe --always --dirty=+ --exclude=*
                OUTPUT_VARIABLE commit OUTPUT_STRIP_TRAILING_WHITESPACE ERROR_QUIET
                RESULT_VARIABLE failed)
if(failed)
  set(commit unknown)
endif()
file(CONFIGURE OUTPUT ${OUT} CONTENT [[
#include "tools/cli/build_version.h"

namespace tools {

const std::string_view kBuildVersion = "@VERSION@";
const std::string_view kBuildCommit = "@commit@";
const std::string_view kBuildType = "@TYPE@";

}  // namespace tools
]] @ONLY)
