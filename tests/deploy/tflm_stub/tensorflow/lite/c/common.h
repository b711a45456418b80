// A stand-in for TensorFlow Lite Micro's header of this name, for tests: what staged_inference.cc uses.
#pragma once

#include <cstddef>
#include <cstdint>

enum TfLiteStatus { kTfLiteOk = 0, kTfLiteError = 1 };
enum TfLiteType { kTfLiteNoType = 0, kTfLiteInt8 = 9 };

union TfLitePtrUnion {
  int8_t* int8;
  void* data;
};

struct TfLiteTensor {
  TfLiteType type;
  TfLitePtrUnion data;
  size_t bytes;
};
