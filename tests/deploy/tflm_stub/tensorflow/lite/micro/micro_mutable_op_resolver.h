// A stand-in for TensorFlow Lite Micro's header of this name, with its methods for the builtin operators.
#pragma once

#include <cstring>

#include "tensorflow/lite/c/common.h"

namespace tflite {

class MicroOpResolver {
 public:
  virtual ~MicroOpResolver() = default;
  virtual unsigned int count() const = 0;
};

template <unsigned int kMost>
class MicroMutableOpResolver : public MicroOpResolver {
 public:
  TfLiteStatus AddAbs() { return Added("Abs"); }
  TfLiteStatus AddAdd() { return Added("Add"); }
  TfLiteStatus AddAddN() { return Added("AddN"); }
  TfLiteStatus AddArgMax() { return Added("ArgMax"); }
  TfLiteStatus AddArgMin() { return Added("ArgMin"); }
  TfLiteStatus AddAssignVariable() { return Added("AssignVariable"); }
  TfLiteStatus AddAveragePool2D() { return Added("AveragePool2D"); }
  TfLiteStatus AddBatchMatMul() { return Added("BatchMatMul"); }
  TfLiteStatus AddBatchToSpaceNd() { return Added("BatchToSpaceNd"); }
  TfLiteStatus AddBroadcastArgs() { return Added("BroadcastArgs"); }
  TfLiteStatus AddBroadcastTo() { return Added("BroadcastTo"); }
  TfLiteStatus AddCallOnce() { return Added("CallOnce"); }
  TfLiteStatus AddCast() { return Added("Cast"); }
  TfLiteStatus AddCeil() { return Added("Ceil"); }
  TfLiteStatus AddConcatenation() { return Added("Concatenation"); }
  TfLiteStatus AddConv2D() { return Added("Conv2D"); }
  TfLiteStatus AddCos() { return Added("Cos"); }
  TfLiteStatus AddCumSum() { return Added("CumSum"); }
  TfLiteStatus AddDepthToSpace() { return Added("DepthToSpace"); }
  TfLiteStatus AddDepthwiseConv2D() { return Added("DepthwiseConv2D"); }
  TfLiteStatus AddDequantize() { return Added("Dequantize"); }
  TfLiteStatus AddDiv() { return Added("Div"); }
  TfLiteStatus AddElu() { return Added("Elu"); }
  TfLiteStatus AddEmbeddingLookup() { return Added("EmbeddingLookup"); }
  TfLiteStatus AddEqual() { return Added("Equal"); }
  TfLiteStatus AddExp() { return Added("Exp"); }
  TfLiteStatus AddExpandDims() { return Added("ExpandDims"); }
  TfLiteStatus AddFill() { return Added("Fill"); }
  TfLiteStatus AddFloor() { return Added("Floor"); }
  TfLiteStatus AddFloorDiv() { return Added("FloorDiv"); }
  TfLiteStatus AddFloorMod() { return Added("FloorMod"); }
  TfLiteStatus AddFullyConnected() { return Added("FullyConnected"); }
  TfLiteStatus AddGather() { return Added("Gather"); }
  TfLiteStatus AddGatherNd() { return Added("GatherNd"); }
  TfLiteStatus AddGreater() { return Added("Greater"); }
  TfLiteStatus AddGreaterEqual() { return Added("GreaterEqual"); }
  TfLiteStatus AddHardSwish() { return Added("HardSwish"); }
  TfLiteStatus AddIf() { return Added("If"); }
  TfLiteStatus AddL2Normalization() { return Added("L2Normalization"); }
  TfLiteStatus AddL2Pool2D() { return Added("L2Pool2D"); }
  TfLiteStatus AddLeakyRelu() { return Added("LeakyRelu"); }
  TfLiteStatus AddLess() { return Added("Less"); }
  TfLiteStatus AddLessEqual() { return Added("LessEqual"); }
  TfLiteStatus AddLog() { return Added("Log"); }
  TfLiteStatus AddLogicalAnd() { return Added("LogicalAnd"); }
  TfLiteStatus AddLogicalNot() { return Added("LogicalNot"); }
  TfLiteStatus AddLogicalOr() { return Added("LogicalOr"); }
  TfLiteStatus AddLogistic() { return Added("Logistic"); }
  TfLiteStatus AddLogSoftmax() { return Added("LogSoftmax"); }
  TfLiteStatus AddMaximum() { return Added("Maximum"); }
  TfLiteStatus AddMaxPool2D() { return Added("MaxPool2D"); }
  TfLiteStatus AddMean() { return Added("Mean"); }
  TfLiteStatus AddMinimum() { return Added("Minimum"); }
  TfLiteStatus AddMirrorPad() { return Added("MirrorPad"); }
  TfLiteStatus AddMul() { return Added("Mul"); }
  TfLiteStatus AddNeg() { return Added("Neg"); }
  TfLiteStatus AddNotEqual() { return Added("NotEqual"); }
  TfLiteStatus AddPack() { return Added("Pack"); }
  TfLiteStatus AddPad() { return Added("Pad"); }
  TfLiteStatus AddPadV2() { return Added("PadV2"); }
  TfLiteStatus AddPrelu() { return Added("Prelu"); }
  TfLiteStatus AddQuantize() { return Added("Quantize"); }
  TfLiteStatus AddReadVariable() { return Added("ReadVariable"); }
  TfLiteStatus AddReduceMax() { return Added("ReduceMax"); }
  TfLiteStatus AddReduceMin() { return Added("ReduceMin"); }
  TfLiteStatus AddRelu() { return Added("Relu"); }
  TfLiteStatus AddRelu6() { return Added("Relu6"); }
  TfLiteStatus AddReshape() { return Added("Reshape"); }
  TfLiteStatus AddResizeBilinear() { return Added("ResizeBilinear"); }
  TfLiteStatus AddResizeNearestNeighbor() { return Added("ResizeNearestNeighbor"); }
  TfLiteStatus AddReverseV2() { return Added("ReverseV2"); }
  TfLiteStatus AddRound() { return Added("Round"); }
  TfLiteStatus AddRsqrt() { return Added("Rsqrt"); }
  TfLiteStatus AddSelectV2() { return Added("SelectV2"); }
  TfLiteStatus AddShape() { return Added("Shape"); }
  TfLiteStatus AddSin() { return Added("Sin"); }
  TfLiteStatus AddSlice() { return Added("Slice"); }
  TfLiteStatus AddSoftmax() { return Added("Softmax"); }
  TfLiteStatus AddSpaceToBatchNd() { return Added("SpaceToBatchNd"); }
  TfLiteStatus AddSpaceToDepth() { return Added("SpaceToDepth"); }
  TfLiteStatus AddSplit() { return Added("Split"); }
  TfLiteStatus AddSplitV() { return Added("SplitV"); }
  TfLiteStatus AddSqrt() { return Added("Sqrt"); }
  TfLiteStatus AddSquare() { return Added("Square"); }
  TfLiteStatus AddSquaredDifference() { return Added("SquaredDifference"); }
  TfLiteStatus AddSqueeze() { return Added("Squeeze"); }
  TfLiteStatus AddStridedSlice() { return Added("StridedSlice"); }
  TfLiteStatus AddSub() { return Added("Sub"); }
  TfLiteStatus AddSum() { return Added("Sum"); }
  TfLiteStatus AddSvdf() { return Added("Svdf"); }
  TfLiteStatus AddTanh() { return Added("Tanh"); }
  TfLiteStatus AddTranspose() { return Added("Transpose"); }
  TfLiteStatus AddTransposeConv() { return Added("TransposeConv"); }
  TfLiteStatus AddUnidirectionalSequenceLSTM() { return Added("UnidirectionalSequenceLSTM"); }
  TfLiteStatus AddUnpack() { return Added("Unpack"); }
  TfLiteStatus AddVarHandle() { return Added("VarHandle"); }
  TfLiteStatus AddWhile() { return Added("While"); }
  TfLiteStatus AddZerosLike() { return Added("ZerosLike"); }

  unsigned int count() const override { return count_; }

 private:
  TfLiteStatus Added(const char* name) {
    for (unsigned int i = 0; i < count_; ++i) {
      if (strcmp(names_[i], name) == 0) return kTfLiteError;
    }
    if (count_ == kMost) return kTfLiteError;
    names_[count_++] = name;
    return kTfLiteOk;
  }

  const char* names_[kMost];
  unsigned int count_ = 0;
};

}  // namespace tflite
