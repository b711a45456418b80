#include "staged_inference.h"

#include <new>
#include <stddef.h>
#include <string.h>

#include "model_data.h"
#include "op_resolver.h"  // makes the names of tflite known here
#include "tensorflow/lite/micro/micro_allocator.h"
#include "tensorflow/lite/micro/micro_interpreter.h"
#include "tensorflow/lite/schema/schema_generated.h"
#include "trecx_threshold.h"

namespace trecx {
namespace {

alignas(16) uint8_t arena[TRECX_ARENA_BYTES];

// The next stage overwrites the arena, so values for later stages are copied here.
alignas(16) uint8_t crossing[TRECX_CROSSING_BYTES > 0 ? TRECX_CROSSING_BYTES : 1];

OpResolver resolver;
bool operators_added = false;

alignas(MicroInterpreter) uint8_t places[TRECX_N_EXITS][sizeof(MicroInterpreter)];
MicroInterpreter* interpreters[TRECX_N_EXITS];
bool ready = false;

bool HasSlot(const TfLiteTensor* tensor, int slot) {
  return tensor != nullptr && tensor->bytes == trecx_slots[slot].bytes;
}

bool HasItsTensors(MicroInterpreter* interpreter, const TrecxStage& stage) {
  if (interpreter->inputs_size() != static_cast<size_t>(stage.n_takes) ||
      interpreter->outputs_size() != static_cast<size_t>(stage.n_gives) + 1) {
    return false;
  }
  for (int i = 0; i < stage.n_takes; ++i) {
    if (!HasSlot(interpreter->input(i), stage.takes[i])) return false;
  }
  for (int i = 0; i < stage.n_gives; ++i) {
    if (!HasSlot(interpreter->output(i + 1), stage.gives[i])) return false;
  }
  const TfLiteTensor* softmax = interpreter->output(0);
  return softmax != nullptr && softmax->type == kTfLiteInt8 && softmax->bytes == TRECX_N_CLASSES;
}

Status Prepare(int number, MicroAllocator* allocator) {
  const TrecxStage& stage = trecx_stages[number];
  const Model* model = GetModel(stage.model);
  if (model->version() != TFLITE_SCHEMA_VERSION) return Status::kWrongSchema;
  MicroInterpreter* interpreter =
      new (places[number]) MicroInterpreter(model, resolver, allocator);
  if (interpreter->AllocateTensors() != kTfLiteOk) return Status::kArena;
  if (!HasItsTensors(interpreter, stage)) return Status::kTensors;
  interpreters[number] = interpreter;
  return Status::kOk;
}

}  // namespace

Status Initialize() {
  if (ready) return Status::kOk;
  if (!operators_added && AddOperators(resolver) != kTfLiteOk) return Status::kOperators;
  operators_added = true;
  MicroAllocator* allocator = MicroAllocator::Create(arena, TRECX_ARENA_BYTES);
  if (allocator == nullptr) return Status::kArena;
  for (int stage = 0; stage < TRECX_N_EXITS; ++stage) {
    const Status status = Prepare(stage, allocator);
    if (status != Status::kOk) return status;
  }
  ready = true;
  return Status::kOk;
}

Status RunStage(int number, const int8_t* input, int8_t* softmax) {
  if (!ready) return Status::kNotReady;
  if (number < 0 || number >= TRECX_N_EXITS || input == nullptr || softmax == nullptr) {
    return Status::kBadArgument;
  }
  const TrecxStage& stage = trecx_stages[number];
  MicroInterpreter* interpreter = interpreters[number];
  for (int i = 0; i < stage.n_takes; ++i) {
    const TrecxSlot& slot = trecx_slots[stage.takes[i]];
    const void* source = stage.takes[i] == 0 ? static_cast<const void*>(input) : crossing + slot.offset;
    memcpy(interpreter->input(i)->data.data, source, slot.bytes);
  }
  if (interpreter->Invoke() != kTfLiteOk) return Status::kInvoke;
  memcpy(softmax, interpreter->output(0)->data.data, TRECX_N_CLASSES);
  for (int i = 0; i < stage.n_gives; ++i) {
    const TrecxSlot& slot = trecx_slots[stage.gives[i]];
    memcpy(crossing + slot.offset, interpreter->output(i + 1)->data.data, slot.bytes);
  }
  return Status::kOk;
}

bool StopsAtEarlyExit(int exit, const int8_t* softmax) {
#if TRECX_DECIDES_ON_FLOAT  // entropy is a sum of logarithms: it needs the real values
  float scores[TRECX_N_CLASSES];
  for (int k = 0; k < TRECX_N_CLASSES; ++k) {
    scores[k] = TRECX_SOFTMAX_SCALE * static_cast<float>(softmax[k] - TRECX_SOFTMAX_ZERO_POINT);
  }
#if TRECX_THRESHOLD_PER_EXIT
  return trecx_leaves_at_float(exit, scores);
#else
  static_cast<void>(exit);
  return trecx_leaves_float(scores);
#endif
#elif TRECX_THRESHOLD_PER_EXIT
  return trecx_leaves_at_int8(exit, softmax);
#else
  static_cast<void>(exit);
  return trecx_leaves_int8(softmax);
#endif
}

Status Infer(const int8_t* input, Result* result) {
  if (result == nullptr) return Status::kBadArgument;
  int exit = 0;
  for (;; ++exit) {
    const Status status = RunStage(exit, input, result->softmax);
    if (status != Status::kOk) return status;
    if (exit + 1 == TRECX_N_EXITS || StopsAtEarlyExit(exit, result->softmax)) break;
  }
  result->exit = exit;
  result->class_index = 0;
  for (int k = 1; k < TRECX_N_CLASSES; ++k) {
    if (result->softmax[k] > result->softmax[result->class_index]) result->class_index = k;
  }
  result->confidence = result->softmax[result->class_index];
  return Status::kOk;
}

const char* Describe(Status status) {
  switch (status) {
    case Status::kOk:
      return "ok";
    case Status::kWrongSchema:
      return "a stage is of another version of the TensorFlow Lite schema; update TensorFlow Lite Micro";
    case Status::kOperators:
      return "a kernel could not be added; update TensorFlow Lite Micro";
    case Status::kArena:
      return "the arena is too small, or a kernel refuses its tensors; increase TRECX_ARENA_BYTES";
    case Status::kTensors:
      return "a stage has other tensors than model_data.h says; use the files of one deployment";
    case Status::kInvoke:
      return "a stage failed";
    case Status::kNotReady:
      return "call Initialize() first, and check what it returns";
    case Status::kBadArgument:
      return "a pointer is null, or there is no such stage";
  }
  return "unknown status";
}

}  // namespace trecx
