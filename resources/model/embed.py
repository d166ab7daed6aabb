"""Embeds pictures with the model.onnx beside this file, as the program that exported it does.

    pip install onnxruntime pillow numpy
    python embed.py PICTURE_OR_FOLDER... > embeddings.csv

or, from a program: `from embed import open_model`.

What a network sees of a picture is decided in three steps, each of which is done here as the
program does it with libvips and libwebp:
1. upright, at most 256 px, laid on white, or on black where it would vanish on white;
2. through WebP of quality 80, as the program keeps its thumbnails;
3. at the side that the network takes, in a white square.
"""

import csv
import ctypes
import ctypes.util
import glob
import io
import math
import os
import sys

import numpy as np
import PIL
from PIL import Image, ImageCms

THUMBNAIL_PX = 256
WHITE = 255
BLACK = 0
LEAST_CONTRAST = 5
LEAST_SEEN = 24
TELLING = 32
MOST_FRAMES = 24


def open_model(file=None):
    """The model of a file; absent: model.onnx beside this script."""
    return Model(file or os.path.join(os.path.dirname(os.path.abspath(__file__)), "model.onnx"))


class Model:
    def __init__(self, file):
        import onnxruntime

        self.session = onnxruntime.InferenceSession(file, providers=["CPUExecutionProvider"])
        self.side = self.session.get_inputs()[0].shape[1]

    def pixels(self, file):
        """The picture of a file as the model takes it: uint8 [side, side, 3]."""
        return square_of(file, self.side)

    def embed(self, files, at_once=8):
        """Embeddings float32 [files, size]."""
        rows = []
        for start in range(0, len(files), at_once):
            pictures = np.stack([self.pixels(file) for file in files[start : start + at_once]])
            rows.append(self.session.run(["embedding"], {"pixels": pictures})[0])
        return np.concatenate(rows) if rows else np.zeros((0, 0), np.float32)


# --- from a file to the square that the network sees


def square_of(file, side):
    thumbnail = encoded(thumbnail_of(file))
    with Image.open(io.BytesIO(thumbnail)) as picture:
        width, height = picture.size
    shrink = max(width, height) / side
    if shrink > 1:
        # libwebp makes it smaller itself while it decodes.
        scale = 1 / shrink
        small = (max(1, round(width * scale)), max(1, round(height * scale)))
        pixels = decode_webp(thumbnail, small, has_alpha=False)
    else:
        pixels = resized(decode_webp(thumbnail, None, has_alpha=False), 1 / shrink)
    height, width, _ = pixels.shape
    square = np.full((side, side, 3), WHITE, np.uint8)
    top, left = (side - height) >> 1, (side - width) >> 1
    square[top : top + height, left : left + width] = pixels
    return square


def thumbnail_of(file):
    """uint8 [height, width, 1 or 3], at most 256 px a side."""
    with open(file, "rb") as opened:
        data = opened.read()
    with Image.open(io.BytesIO(data)) as picture:
        frames = getattr(picture, "n_frames", 1)
        # What a PNG is animated with is no part of it for libvips.
        if frames < 2 or picture.format in ("PNG", "JPEG", "MPO"):
            return on_ground(rendered(picture, data))
        if picture.format == "TIFF":
            return on_ground(rendered_page(picture, data, frames))
        return on_ground(rendered_frame(picture, data, frames))


def rendered_page(picture, data, pages):
    """The largest page of several where the first is a preview."""
    areas = []
    for page in range(min(pages, 64)):
        picture.seek(page)
        areas.append(picture.width * picture.height)
    largest = int(np.argmax(areas))
    if areas[0] < 0.25 * areas[largest]:
        picture.seek(largest)
        return rendered(picture, data)
    return rendered_frame(picture, data, pages)


def rendered_frame(picture, data, frames):
    """The first frame that shows something."""
    best, best_contrast = None, -1
    for frame in range(min(frames, MOST_FRAMES)):
        picture.seek(frame)
        small = rendered(picture, data)
        contrast = contrast_of(on_ground(small))
        if frame == 0 and contrast >= LEAST_CONTRAST:
            return small
        if contrast > best_contrast:
            best, best_contrast = small, contrast
        if contrast >= TELLING:
            break
    return best


def rendered(picture, data):
    """uint8 [height, width, 1 to 4] of a picture, at most 256 px a side and upright."""
    shrink = max(picture.size) / THUMBNAIL_PX
    orientation = picture.getexif().get(274, 1) if picture.format != "TIFF" else 1
    if picture.format in ("JPEG", "MPO"):
        by = jpeg_shrink(shrink)
        width, height = picture.width // by, picture.height // by
        if by > 1:
            picture.draft(picture.mode, (width, height))
        # What is left over at the edge is no whole pixel.
        pixels = pixels_of(picture)[:height, :width]
    elif picture.format == "WEBP" and shrink > 1 and (still := still_of(picture, data)):
        scale = 1 / shrink
        small = (max(1, round(picture.width * scale)), max(1, round(picture.height * scale)))
        pixels = decode_webp(still, small, has_alpha=picture.mode == "RGBA")
    else:
        pixels = pixels_of(picture)
    shrink = max(1.0, max(pixels.shape[:2]) / THUMBNAIL_PX)
    if shrink > 1:
        has_opacity = pixels.shape[2] % 2 == 0
        pixels = premultiplied(pixels) if has_opacity else pixels
        pixels = resized(pixels, 1 / shrink)
        pixels = unpremultiplied(pixels) if has_opacity else pixels
    if pixels.dtype == np.uint16:
        pixels = (pixels >> 8).astype(np.uint8)
    return upright(pixels, orientation)


def jpeg_shrink(shrink):
    """By how much sharp lets libjpeg make a picture smaller while it decodes."""
    by = 8 if shrink >= 8 else 4 if shrink >= 4 else 2 if shrink >= 2 else 1
    return by // 2 if by > 1 and int(shrink) == by else by


def pixels_of(picture):
    """[height, width, 1 to 4], uint8, or uint16 of grey with 16 bits."""
    if picture.mode.startswith("I;16"):
        return np.asarray(picture).astype(np.uint16)[:, :, None]
    if picture.mode in ("I", "F"):
        return by_range(np.asarray(picture, np.float64))[:, :, None]
    is_transparent = "transparency" in picture.info
    profile = picture.info.get("icc_profile")
    if picture.mode == "1":
        picture = picture.convert("L")
    elif picture.mode in ("P", "PA"):
        picture = picture.convert("RGBA" if is_transparent or picture.mode == "PA" else "RGB")
    elif picture.mode in ("L", "RGB") and is_transparent:
        picture = picture.convert("LA" if picture.mode == "L" else "RGBA")
    elif picture.mode in ("CMYK", "YCbCr", "LAB", "HSV", "RGBX"):
        picture = in_srgb(picture, profile) if profile else picture.convert("RGB")
        profile = None
    if profile:
        picture = in_srgb(picture, profile)
    pixels = np.asarray(picture)
    return pixels[:, :, None] if pixels.ndim == 2 else pixels


def in_srgb(picture, profile):
    try:
        to = ImageCms.createProfile("sRGB")
        mode = "RGBA" if picture.mode == "RGBA" else "RGB"
        if picture.mode in ("L", "LA"):
            mode = "RGB" if picture.mode == "L" else picture.mode
        return ImageCms.profileToProfile(
            picture, io.BytesIO(profile), to, renderingIntent=0, outputMode=mode
        )
    except (ImageCms.PyCMSError, OSError, ValueError):
        return picture.convert("RGB") if picture.mode == "CMYK" else picture


def by_range(values):
    """Finite values spread over black to white; what is no number is black."""
    finite = values[np.isfinite(values)]
    low, high = (finite.min(), finite.max()) if finite.size else (0, 0)
    share = np.where(values == np.inf, 1.0, 0.0)
    if high > low:
        share = np.where(np.isfinite(values), (values - low) / (high - low), share)
    return np.floor(255 * share + 0.5).astype(np.uint8)


def upright(pixels, orientation):
    turns = {3: 2, 4: 2, 5: 1, 6: 1, 7: 3, 8: 3}.get(orientation, 0)
    turned = np.rot90(pixels, -turns)
    return turned[:, ::-1] if orientation in (2, 4, 5, 7) else turned


# --- opacity


def premultiplied(pixels):
    """Colours times opacity, cut to whole numbers."""
    most = np.iinfo(pixels.dtype).max
    opacity = (pixels[:, :, -1:] / most).astype(np.float32)
    colours = pixels[:, :, :-1].astype(np.float32) * opacity
    return np.concatenate([colours.astype(pixels.dtype), pixels[:, :, -1:]], axis=2)


def unpremultiplied(pixels):
    most = np.iinfo(pixels.dtype).max
    opacity = pixels[:, :, -1:].astype(np.float64)
    factor = np.where(opacity == 0, 0, most / np.maximum(opacity, 1)).astype(np.float32)
    colours = np.minimum(factor * pixels[:, :, :-1].astype(np.float32), most)
    return np.concatenate([colours.astype(pixels.dtype), pixels[:, :, -1:]], axis=2)


def on_ground(pixels):
    """Without opacity: on white, or on black where it would vanish on white."""
    if pixels.shape[2] % 2 == 1:
        return pixels
    on_white = laid_on(pixels, WHITE)
    if contrast_of(on_white) >= LEAST_SEEN:
        return on_white
    on_black = laid_on(pixels, BLACK)
    stands_out = contrast_of(on_black) >= max(LEAST_SEEN, contrast_of(on_white) + 1)
    return on_black if stands_out else on_white


def laid_on(pixels, grey):
    opacity = pixels[:, :, -1:].astype(np.int64)
    mixed = pixels[:, :, :-1].astype(np.int64) * opacity + grey * (255 - opacity)
    return np.floor(mixed / 255 + 0.5).astype(np.uint8)


def contrast_of(pixels):
    low, high = pixels.min(axis=(0, 1)).astype(int), pixels.max(axis=(0, 1)).astype(int)
    return int((high - low).max())


# --- resampling, as libvips does it: whole numbers, tables of 1/64 of a pixel, 12 bits of fraction

STEPS = 64
FRACTION = 4096


def resized(pixels, scale):
    """Both sides by one factor: Lanczos where smaller, Catmull-Rom where larger."""
    if scale > 1:
        return enlarged(pixels, scale)
    if scale == 1:
        return pixels
    # No side becomes less than one pixel.
    vertical = max(scale, 1 / pixels.shape[0])
    horizontal = max(scale, 1 / pixels.shape[1])
    pixels = reduced(pixels, 1 / vertical) if vertical < 1 else pixels
    if horizontal < 1:
        turned = reduced(pixels.transpose(1, 0, 2), 1 / horizontal, is_row=True)
        pixels = turned.transpose(1, 0, 2)
    return np.ascontiguousarray(pixels)


def reduced(pixels, shrink, is_row=False):
    """Along the first axis."""
    length = pixels.shape[0]
    size = int(length / shrink + 0.5)
    extra = size * shrink - length
    # Large steps begin with the mean of whole pixels; twice the size is left for the rest.
    whole = max(1, math.floor(length / size / 2.0))
    if whole > 1:
        pixels = means_of(pixels, whole)
        shrink /= whole
        extra /= whole
    if shrink == 1:
        return pixels
    points = 2 * round(3 * shrink) + 1
    offset = (1 + extra) / 2 - 1
    table = np.array([lanczos(points, shrink, step / STEPS) for step in range(STEPS + 1)])
    table = (table * FRACTION).astype(np.int64)
    before = math.ceil(points / 2) - 1
    length = pixels.shape[0]
    places = np.clip(np.arange(length + points + 1) - before, 0, length - 1)
    padded = pixels[places].astype(np.int64)
    start = 0.5 * shrink - 0.5 - offset
    if is_row:
        # The same sums in the same order, for the same rounding.
        at = np.cumsum(np.concatenate([[start], np.full(size - 1, shrink)]))
    else:
        at = (np.arange(size) + 0.5) * shrink - 0.5 - offset
    first = at.astype(np.int64)
    weights = table[step_of(at)]
    total = np.zeros((size, *padded.shape[1:]), np.int64)
    for point in range(points):
        total += weights[:, point, None, None] * padded[first + point]
    return clipped((total + FRACTION // 2) >> 12, pixels.dtype)


def step_of(at):
    return (((at * STEPS * 2).astype(np.int64) & (2 * STEPS - 1)) + 1) >> 1


def lanczos(points, shrink, x):
    at = (np.arange(points) - (x + points / 2 - 1)) * (1 / shrink)
    kernel = np.where(np.abs(at) <= 3, np.sinc(at) * np.sinc(at / 3), 0)
    # Summed one after another, as a loop does.
    return kernel / np.cumsum(kernel)[-1]


def means_of(pixels, by):
    """Means of `by` rows, the last row repeated where some are missing."""
    size = math.ceil(pixels.shape[0] / by)
    places = np.minimum(np.arange(size * by), pixels.shape[0] - 1)
    sums = pixels[places].reshape(size, by, *pixels.shape[1:]).astype(np.int64).sum(axis=1)
    if pixels.dtype == np.uint8:
        return (((sums + by // 2) * (2**32 // (256 * by))) >> 24).astype(np.uint8)
    return ((sums + by // 2) // by).astype(pixels.dtype)


def enlarged(pixels, scale):
    height, width, _ = pixels.shape
    determinant = 1 / (scale * scale)
    step = determinant * scale
    # By half a pixel of the source, as libvips 8.18 does it.
    shift = 0.5 - 1
    new_height, new_width = int(height * scale + 0.5), int(width * scale + 0.5)
    start = step * 0 - shift + 1
    across = np.cumsum(np.concatenate([[start], np.full(new_width - 1, step)]))
    down = step * np.arange(new_height) - shift + 1
    rows = np.clip(np.arange(height + 5) - 2, 0, height - 1)
    columns = np.clip(np.arange(width + 5) - 2, 0, width - 1)
    padded = pixels[rows][:, columns].astype(np.int64)
    table = np.array([catmull_rom(k / STEPS) for k in range(STEPS + 1)])
    table = (table * FRACTION).astype(np.int64)
    weights, first = table[step_of(across)], across.astype(np.int64) - 1
    sums = sum(weights[None, :, k, None] * padded[:, first + k] for k in range(4))
    sums = (sums + FRACTION // 2) >> 12
    weights, first = table[step_of(down)], down.astype(np.int64) - 1
    sums = sum(weights[:, k, None, None] * sums[first + k] for k in range(4))
    return clipped((sums + FRACTION // 2) >> 12, pixels.dtype)


def catmull_rom(x):
    one = 1 - x
    third = one * (-0.5 * x)
    first, last = one * third, x * third
    between = last - first
    return first, one - first + between, x - last - between, last


def clipped(values, dtype):
    return np.clip(values, 0, np.iinfo(dtype).max).astype(dtype)


# --- WebP


def encoded(pixels):
    picture = Image.fromarray(pixels[:, :, 0] if pixels.shape[2] == 1 else pixels)
    file = io.BytesIO()
    picture.convert("RGB").save(file, "WEBP", quality=80, method=0)
    return file.getvalue()


def decode_webp(data, size, has_alpha):
    """uint8 [height, width, 3 or 4], at a size (width, height) where one is given."""
    library = libwebp()
    if library is not None:
        return decode_with(library, data, size, has_alpha)
    with Image.open(io.BytesIO(data)) as picture:
        picture = picture.convert("RGBA" if has_alpha else "RGB")
        if size is not None:
            say_once()
            picture = picture.resize(size, Image.Resampling.BOX)
        return np.asarray(picture)


def still_of(picture, data):
    """A WebP with the present frame alone; None where that is only a part of the picture."""
    if getattr(picture, "n_frames", 1) < 2:
        return data
    frame, at = -1, 12
    while at + 8 <= len(data):
        size = int.from_bytes(data[at + 4 : at + 8], "little")
        body = data[at + 8 : at + 8 + size]
        if data[at : at + 4] == b"ANMF":
            frame += 1
        if frame == picture.tell():
            width, height = (int.from_bytes(body[k : k + 3], "little") + 1 for k in (6, 9))
            if (width, height) != picture.size or body[:6] != bytes(6) or b"ALPH" == body[16:20]:
                return None
            return b"RIFF" + (len(body) - 12).to_bytes(4, "little") + b"WEBP" + body[16:]
        at += 8 + size + size % 2
    return None


_found = []


def libwebp():
    """The library that Pillow itself uses, which does more than Pillow asks of it."""
    if not _found:
        root = os.path.dirname(os.path.abspath(PIL.__file__))
        places = glob.glob(os.path.join(root, "..", "pillow.libs", "libwebp-*.so*"))
        places += glob.glob(os.path.join(root, ".dylibs", "libwebp.*dylib"))
        system = ctypes.util.find_library("webp")
        _found.append(None)
        for place in [*places, *([system] if system else [])]:
            try:
                library = ctypes.CDLL(place)
                library.WebPInitDecoderConfigInternal, library.WebPDecode  # noqa: B018
                _found[0] = library
                break
            except (OSError, AttributeError):
                continue
    return _found[0]


_said = []


def say_once():
    if not _said:
        _said.append(True)
        sys.stderr.write(
            "The library libwebp was not found beside Pillow: pictures are made smaller in another"
            " way, and embeddings differ in the third digit. Install libwebp to have the same.\n"
        )


class _Output(ctypes.Structure):
    _fields_ = [
        ("colorspace", ctypes.c_int),
        ("width", ctypes.c_int),
        ("height", ctypes.c_int),
        ("is_external_memory", ctypes.c_int),
        ("rgba", ctypes.POINTER(ctypes.c_uint8)),
        ("stride", ctypes.c_int),
        ("size", ctypes.c_size_t),
        ("rest_of_union", ctypes.c_uint8 * 56),
        ("pad", ctypes.c_uint32 * 4),
        ("private_memory", ctypes.c_void_p),
    ]


class _Config(ctypes.Structure):
    """WebPDecoderConfig of webp/decode.h."""

    _fields_ = [
        ("input", ctypes.c_int * 10),
        ("output", _Output),
        ("before_scaling", ctypes.c_int * 7),
        ("use_scaling", ctypes.c_int),
        ("scaled_width", ctypes.c_int),
        ("scaled_height", ctypes.c_int),
        ("after_scaling", ctypes.c_int * 4),
        ("pad", ctypes.c_uint32 * 5),
        ("room", ctypes.c_uint8 * 256),
    ]


def decode_with(library, data, size, has_alpha):
    config = _Config()
    if library.WebPInitDecoderConfigInternal(ctypes.byref(config), 0x0209) == 0:
        raise OSError("libwebp is of another kind")
    config.output.colorspace = 1 if has_alpha else 0
    if size is not None:
        config.use_scaling = 1
        config.scaled_width, config.scaled_height = size
    status = library.WebPDecode(data, ctypes.c_size_t(len(data)), ctypes.byref(config))
    if status != 0:
        raise OSError(f"libwebp gave the status {status}")
    try:
        output = config.output
        channels = 4 if has_alpha else 3
        lines = np.ctypeslib.as_array(output.rgba, (output.height * output.stride,))
        lines = lines[: output.height * output.stride].reshape(output.height, output.stride)
        pixels = lines[:, : output.width * channels].copy()
        return pixels.reshape(output.height, output.width, channels)
    finally:
        library.WebPFreeDecBuffer(ctypes.byref(config.output))


# --- as a command


def files_in(place):
    if not os.path.isdir(place):
        return [place]
    found = [os.path.join(folder, name) for folder, _, names in os.walk(place) for name in names]
    return sorted(found)


def main(places):
    if not places or "--help" in places:
        sys.stderr.write("python embed.py PICTURE_OR_FOLDER... > embeddings.csv\n")
        return 0 if places else 2
    model = open_model()
    table = csv.writer(sys.stdout, lineterminator="\n")
    written = 0
    for file in [file for place in places for file in files_in(place)]:
        try:
            row = model.embed([file])[0]
        except Exception as error:  # whatever a decoder says of a file that is no picture
            sys.stderr.write(f"{file} is left out: {error}\n")
            continue
        if written == 0:
            table.writerow(["image", *[f"e{i}" for i in range(len(row))]])
        table.writerow([file, *row.tolist()])
        written += 1
    return 0 if written > 0 else 1


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
