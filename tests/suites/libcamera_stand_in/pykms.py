"""picamera2 imports it for a screen that nobody here has."""


class PixelFormat:
    RGB888 = BGR888 = XRGB8888 = XBGR8888 = ARGB8888 = YUV420 = YVU420 = NV12 = NV21 = YUYV = UYVY = None
