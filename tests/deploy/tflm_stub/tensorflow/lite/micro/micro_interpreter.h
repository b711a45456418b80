// A stand-in for TensorFlow Lite Micro's header of this name. A stage recognizes the sample by its inputs,
// destroys the working memory that all stages share, and gives what the sample's outputs are.
#pragma once

#include <cstddef>
#include <cstdint>
#include <cstring>

#include "stub_network.h"
#include "tensorflow/lite/c/common.h"
#include "tensorflow/lite/micro/micro_allocator.h"
#include "tensorflow/lite/micro/micro_mutable_op_resolver.h"
#include "tensorflow/lite/schema/schema_generated.h"

#define TFLITE_SCHEMA_VERSION (3)

namespace tflite {

class MicroInterpreter {
 public:
  MicroInterpreter(const Model* model, const MicroOpResolver& resolver, MicroAllocator* allocator)
      : stage_(model->stage()), network_(stub::kStage[model->stage()]), resolver_(resolver), allocator_(allocator) {}

  TfLiteStatus AllocateTensors() {
    if (resolver_.count() != stub::kOperators) return kTfLiteError;
    size_t used = 0;
    for (int i = 0; i < network_.n_takes; ++i) inputs_[i] = Placed(network_.takes[i].bytes, &used);
    outputs_[0] = Placed(stub::kClasses, &used);
    for (int i = 0; i < network_.n_gives; ++i) outputs_[i + 1] = Placed(network_.gives[i].bytes, &used);
    return allocator_->Reserve(used, stub::kKept) ? kTfLiteOk : kTfLiteError;
  }

  TfLiteStatus Invoke() {
    ++stub::invoked[stage_];
    int sample = 0;
    while (sample < stub::kSamples && !IsSample(sample)) ++sample;
    memset(allocator_->arena, 0xA5, allocator_->working_bytes);
    if (sample == stub::kSamples) return kTfLiteError;
    memcpy(outputs_[0].data.data, stub::kSoftmax[sample][stage_], stub::kClasses);
    for (int i = 0; i < network_.n_gives; ++i) {
      uint8_t* value = static_cast<uint8_t*>(outputs_[i + 1].data.data);
      for (size_t k = 0; k < network_.gives[i].bytes; ++k) value[k] = Crossing(sample, network_.gives[i].slot, k);
    }
    return kTfLiteOk;
  }

  size_t inputs_size() const { return static_cast<size_t>(network_.n_takes); }
  size_t outputs_size() const { return static_cast<size_t>(network_.n_gives) + 1; }
  TfLiteTensor* input(size_t index) { return &inputs_[index]; }
  TfLiteTensor* output(size_t index) { return &outputs_[index]; }

 private:
  static uint8_t Crossing(int sample, int slot, size_t k) {
    return static_cast<uint8_t>(static_cast<size_t>(sample * 37 + slot * 11) + k * 5);
  }

  bool IsSample(int sample) const {
    for (int i = 0; i < network_.n_takes; ++i) {
      const uint8_t* value = static_cast<const uint8_t*>(inputs_[i].data.data);
      const int slot = network_.takes[i].slot;
      if (slot == 0 && memcmp(value, stub::kInput[sample], stub::kInputBytes) != 0) return false;
      for (size_t k = 0; slot > 0 && k < network_.takes[i].bytes; ++k) {
        if (value[k] != Crossing(sample, slot, k)) return false;
      }
    }
    return true;
  }

  TfLiteTensor Placed(size_t bytes, size_t* used) {
    TfLiteTensor tensor;
    tensor.type = kTfLiteInt8;
    tensor.data.data = allocator_->arena + *used;
    tensor.bytes = bytes;
    *used += (bytes + 15) / 16 * 16;
    return tensor;
  }

  int stage_;
  const stub::Stage& network_;
  const MicroOpResolver& resolver_;
  MicroAllocator* allocator_;
  TfLiteTensor inputs_[stub::kMost];
  TfLiteTensor outputs_[stub::kMost + 1];
};

}  // namespace tflite
