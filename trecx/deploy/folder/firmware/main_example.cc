// Runs the golden inputs and compares every exit, byte by byte: the first program to run on a new device.

#include <stdio.h>
#include <string.h>

#include "golden.h"
#include "model_settings.h"
#include "staged_inference.h"

namespace {

bool StageByStage(int sample) {
  bool equal = true;
  for (int exit = 0; exit < TRECX_N_EXITS; ++exit) {
    int8_t softmax[TRECX_N_CLASSES];
    const trecx::Status status = trecx::RunStage(exit, trecx_golden_input[sample], softmax);
    if (status != trecx::Status::kOk) {
      printf("sample %d, exit %d: %s\n", sample + 1, exit + 1, trecx::Describe(status));
      return false;
    }
    if (memcmp(softmax, trecx_golden_softmax[sample][exit], TRECX_N_CLASSES) != 0) {
      printf("sample %d, exit %d: the softmax differs from the expected one\n", sample + 1, exit + 1);
      equal = false;
    }
  }
  return equal;
}

int ExpectedExit(int sample) {
  int exit = 0;
  while (exit + 1 < TRECX_N_EXITS && !trecx::StopsAtEarlyExit(exit, trecx_golden_softmax[sample][exit])) {
    ++exit;
  }
  return exit;
}

bool Staged(int sample) {
  trecx::Result result;
  const trecx::Status status = trecx::Infer(trecx_golden_input[sample], &result);
  if (status != trecx::Status::kOk) {
    printf("sample %d: %s\n", sample + 1, trecx::Describe(status));
    return false;
  }
  const int expected = ExpectedExit(sample);
  if (result.exit != expected ||
      memcmp(result.softmax, trecx_golden_softmax[sample][expected], TRECX_N_CLASSES) != 0) {
    printf("sample %d: it stopped at exit %d, not as expected at exit %d\n", sample + 1, result.exit + 1,
           expected + 1);
    return false;
  }
  printf("sample %d: exit %d, %s, confidence %d\n", sample + 1, result.exit + 1,
         trecx_labels[result.class_index], result.confidence);
  return true;
}

}  // namespace

int main() {
  const trecx::Status status = trecx::Initialize();
  if (status != trecx::Status::kOk) {
    printf("not ready: %s\n", trecx::Describe(status));
    return 1;
  }
  int failed = 0;
  for (int sample = 0; sample < TRECX_N_GOLDEN; ++sample) {
    const bool stages = StageByStage(sample);
    const bool staged = Staged(sample);
    failed += !(stages && staged);
  }
  printf("%d of %d golden samples are as expected\n", TRECX_N_GOLDEN - failed, TRECX_N_GOLDEN);
  return failed == 0 ? 0 : 1;
}
