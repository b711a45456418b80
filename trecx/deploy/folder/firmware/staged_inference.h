/*
 * Staged inference with TensorFlow Lite Micro: the stages run one after the other, until an exit's softmax
 * reaches its threshold of trecx_threshold.h.
 *
 * Memory is static: one arena that all stages share, and a buffer for the values that cross between stages.
 * Nothing is allocated on the heap. The functions are not reentrant: call them from one task only.
 */

#ifndef TRECX_STAGED_INFERENCE_H
#define TRECX_STAGED_INFERENCE_H

#include <stdint.h>

#include "model_settings.h"

namespace trecx {

enum class Status {
  kOk,
  kWrongSchema,  // a stage is of another version of the TensorFlow Lite schema
  kOperators,    // a kernel could not be added
  kArena,        // TRECX_ARENA_BYTES are too few, or a kernel does not accept its tensors
  kTensors,      // a stage has other tensors than model_data.h says
  kInvoke,       // a stage failed
  kNotReady,     // Initialize() did not succeed before
  kBadArgument,  // a pointer is null, or there is no such stage
};

struct Result {
  int exit;                          // where inference stopped: 0 is the first exit
  int class_index;                   // of the largest score, the first one if several are equal
  int8_t confidence;                 // the largest score, as an int8 value of the softmax
  int8_t softmax[TRECX_N_CLASSES];   // all scores of that exit
};

// Prepares all stages in the shared arena; call it once, before the others.
Status Initialize();

// Runs the stages for one input of TRECX_INPUT_BYTES until one exit decides to stop.
Status Infer(const int8_t* input, Result* result);

// Runs one stage, 0 is the first; the stages of one input must be run in order. For checks: Infer calls it.
Status RunStage(int stage, const int8_t* input, int8_t* softmax);

// Whether inference stops at an early exit, 0 is the first, with this softmax; the final exit takes the rest.
bool StopsAtEarlyExit(int exit, const int8_t* softmax);

// A sentence about a status.
const char* Describe(Status status);

}  // namespace trecx

#endif  // TRECX_STAGED_INFERENCE_H
