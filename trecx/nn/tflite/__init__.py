"""`.tflite` files: read as data, their operators counted, and run by TensorFlow Lite's reference kernels."""
