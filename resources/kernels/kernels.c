/*
 * Training kernels for WebAssembly SIMD, on the memory of tensorflow.js' WASM backend.
 *
 * All tensors are float32 in the order [batch, height, width, channels]. A kernel whose first
 * parameter is `image` does the work of one image of the batch, so that a pool of threads can take
 * images from a shared counter; a kernel that also takes `thread` writes to memory that belongs to
 * that thread. Nothing here allocates, keeps static data or knows of threads: memory comes from the
 * caller as addresses.
 *
 * Built by scripts/buildKernels.mjs into kernels.wasm and, with RELAXED (fused multiply-add),
 * kernels-relaxed.wasm.
 */
#include <wasm_simd128.h>

#define EXPORT __attribute__((visibility("default")))
#define LOAD(address) wasm_v128_load(address)
#define STORE(address, value) wasm_v128_store(address, value)
/* One number in all four lanes. */
#define SPLAT(address) wasm_v128_load32_splat(address)
#define ADD wasm_f32x4_add
#define MUL wasm_f32x4_mul
#ifdef RELAXED
#define MULTIPLY_ADD(a, b, c) wasm_f32x4_relaxed_madd(a, b, c)
#else
#define MULTIPLY_ADD(a, b, c) wasm_f32x4_add(c, wasm_f32x4_mul(a, b))
#endif

typedef unsigned long size;
typedef v128_t vector;

/* Output channels a register tile holds (two vectors) and pixels in a row of it. */
enum { PANEL = 8, TILE = 4 };

static inline void clear(float *target, size count) { __builtin_memset(target, 0, count * 4); }

/*
 * Copies an image with a border of one zero pixel around it; TILE pixels of zeros follow, which the
 * last tile of the last row may read.
 */
static void padImage(const float *x, float *padded, int height, int width, int channels) {
  const size row = (size)width * channels;
  float *to = padded;
  clear(to, row + 2 * channels);
  to += row + 2 * channels;
  for (int y = 0; y < height; y++, x += row) {
    clear(to, channels);
    __builtin_memcpy(to + channels, x, row * 4);
    clear(to + channels + row, channels);
    to += row + 2 * channels;
  }
  clear(to, row + 2 * channels + TILE * channels);
}

/*
 * Rearranges a filter [3, 3, inputs, outputs] into panels [outputs / 8][3 * 3 * inputs][8], which
 * the convolution reads from front to back. With `turned` the filter is [3, 3, outputs, inputs] and
 * is turned half round and transposed: the convolution of a gradient with it is the gradient with
 * respect to the input. outputs must be a multiple of 8.
 */
EXPORT void packFilter(const float *filter, float *panels, int inputs, int outputs, int turned) {
  for (int panel = 0; panel < outputs; panel += PANEL)
    for (int tap = 0; tap < 9; tap++)
      for (int input = 0; input < inputs; input++, panels += PANEL)
        for (int lane = 0; lane < PANEL; lane++)
          panels[lane] =
              turned ? filter[((size)(8 - tap) * outputs + panel + lane) * inputs + input]
                     : filter[((size)tap * inputs + input) * outputs + panel + lane];
}

/*
 * 3x3 convolution, stride 1, zero padding, of one image [height, width, inputs] to
 * [height, width, outputs]; outputs must be a multiple of 8. `scratch` holds, a thread, the padded
 * image: scratchSize >= (height + 2) * (width + 2) * inputs + 4 * inputs numbers.
 *
 * A register tile is 4 pixels by 8 output channels: 8 sums, 2 vectors of weights and a broadcast
 * input fit the 16 registers of x64.
 */
EXPORT void convolve(int image, int thread, const float *x, const float *panels, float *out,
                     int height, int width, int inputs, int outputs, float *scratch,
                     size scratchSize) {
  float *padded = scratch + thread * scratchSize;
  padImage(x + (size)image * height * width * inputs, padded, height, width, inputs);
  out += (size)image * height * width * outputs;
  const size row = (size)(width + 2) * inputs, run = 3 * (size)inputs;
  for (int y = 0; y < height; y++)
    for (int panel = 0; panel < outputs; panel += PANEL)
      for (int left = 0; left < width; left += TILE) {
        vector a0 = wasm_f32x4_splat(0), a1 = a0, b0 = a0, b1 = a0;
        vector c0 = a0, c1 = a0, d0 = a0, d1 = a0;
        const float *w = panels + panel * 3 * run;
        for (int k = 0; k < 3; k++) {
          const float *s = padded + (y + k) * row + (size)left * inputs;
          for (const float *end = s + run; s < end; s++, w += PANEL) {
            const vector w0 = LOAD(w), w1 = LOAD(w + 4);
            vector t = SPLAT(s);
            a0 = MULTIPLY_ADD(t, w0, a0), a1 = MULTIPLY_ADD(t, w1, a1);
            t = SPLAT(s + inputs);
            b0 = MULTIPLY_ADD(t, w0, b0), b1 = MULTIPLY_ADD(t, w1, b1);
            t = SPLAT(s + 2 * inputs);
            c0 = MULTIPLY_ADD(t, w0, c0), c1 = MULTIPLY_ADD(t, w1, c1);
            t = SPLAT(s + 3 * inputs);
            d0 = MULTIPLY_ADD(t, w0, d0), d1 = MULTIPLY_ADD(t, w1, d1);
          }
        }
        float *o = out + ((size)y * width + left) * outputs + panel;
        const int pixels = width - left;
        STORE(o, a0), STORE(o + 4, a1);
        if (pixels > 1) o += outputs, STORE(o, b0), STORE(o + 4, b1);
        if (pixels > 2) o += outputs, STORE(o, c0), STORE(o + 4, c1);
        if (pixels > 3) o += outputs, STORE(o, d0), STORE(o + 4, d1);
      }
}

/* Numbers of a row of the filter, three pixels wide, rounded up to whole tiles. */
static inline int paddedRun(int inputs) { return (3 * inputs + 3) & ~3; }

/*
 * Adds one image's share to the thread's partial filter gradient [3][paddedRun][outputs]; outputs
 * must be a multiple of 8. Scratch as for `convolve`.
 *
 * A register tile is 4 places of the filter by 8 output channels; it runs over some rows of the
 * image at a time, few enough that their inputs and gradients stay in the cache.
 */
EXPORT void addFilterGradient(int image, int thread, const float *x, const float *gradient,
                              float *partials, int height, int width, int inputs, int outputs,
                              float *scratch, size scratchSize) {
  float *padded = scratch + thread * scratchSize;
  padImage(x + (size)image * height * width * inputs, padded, height, width, inputs);
  gradient += (size)image * height * width * outputs;
  const size row = (size)(width + 2) * inputs;
  const int run = paddedRun(inputs);
  float *sums = partials + (size)thread * 3 * run * outputs;
  const int rowsAtATime = width >= 64 ? 1 : 64 / width;
  for (int top = 0; top < height; top += rowsAtATime) {
    const int bottom = top + rowsAtATime < height ? top + rowsAtATime : height;
    for (int k = 0; k < 3; k++)
      for (int place = 0; place < run; place += TILE)
        for (int panel = 0; panel < outputs; panel += PANEL) {
          float *o0 = sums + ((size)k * run + place) * outputs + panel;
          float *o1 = o0 + outputs, *o2 = o1 + outputs, *o3 = o2 + outputs;
          vector a0 = LOAD(o0), a1 = LOAD(o0 + 4), b0 = LOAD(o1), b1 = LOAD(o1 + 4);
          vector c0 = LOAD(o2), c1 = LOAD(o2 + 4), d0 = LOAD(o3), d1 = LOAD(o3 + 4);
          for (int y = top; y < bottom; y++) {
            const float *s = padded + (y + k) * row + place;
            const float *g = gradient + (size)y * width * outputs + panel;
            for (int px = 0; px < width; px++, g += outputs, s += inputs) {
              const vector g0 = LOAD(g), g1 = LOAD(g + 4);
              vector t = SPLAT(s);
              a0 = MULTIPLY_ADD(t, g0, a0), a1 = MULTIPLY_ADD(t, g1, a1);
              t = SPLAT(s + 1);
              b0 = MULTIPLY_ADD(t, g0, b0), b1 = MULTIPLY_ADD(t, g1, b1);
              t = SPLAT(s + 2);
              c0 = MULTIPLY_ADD(t, g0, c0), c1 = MULTIPLY_ADD(t, g1, c1);
              t = SPLAT(s + 3);
              d0 = MULTIPLY_ADD(t, g0, d0), d1 = MULTIPLY_ADD(t, g1, d1);
            }
          }
          STORE(o0, a0), STORE(o0 + 4, a1), STORE(o1, b0), STORE(o1 + 4, b1);
          STORE(o2, c0), STORE(o2 + 4, c1), STORE(o3, d0), STORE(o3 + 4, d1);
        }
  }
}

/* Adds up the partial filter gradients of all threads into [3, 3, inputs, outputs]. */
EXPORT void sumFilterGradients(const float *partials, float *out, int threads, int inputs,
                               int outputs) {
  const size run = paddedRun(inputs), row = 3 * (size)inputs * outputs;
  for (int k = 0; k < 3; k++, out += row)
    for (size i = 0; i < row; i++) {
      float sum = 0;
      for (int thread = 0; thread < threads; thread++)
        sum += partials[(size)thread * 3 * run * outputs + k * run * outputs + i];
      out[i] = sum;
    }
}

EXPORT void zero(float *target, size count) { clear(target, count); }

/*
 * Sums of x - pivot and of its square over one image's points, per channel: sums[image][2][channels].
 * The pivot, a value near the mean, keeps the variance from drowning in the square of the mean.
 * channels must be a multiple of 4, here and in all that follows.
 */
EXPORT void sumChannels(int image, const float *x, const float *pivot, float *sums, int points,
                        int channels) {
  x += (size)image * points * channels;
  sums += (size)image * 2 * channels;
  for (int c = 0; c < channels; c += 4) {
    const vector center = LOAD(pivot + c);
    vector sum = wasm_f32x4_splat(0), squares = sum;
    const float *p = x + c;
    for (int i = 0; i < points; i++, p += channels) {
      const vector value = wasm_f32x4_sub(LOAD(p), center);
      sum = ADD(sum, value);
      squares = MULTIPLY_ADD(value, value, squares);
    }
    STORE(sums + c, sum), STORE(sums + channels + c, squares);
  }
}

/*
 * pool(relu(x * scale + shift)) of one image: the maximum of 2x2 points (an odd last row or column
 * is left out) or, without `maximum`, the mean over the image. pmax(x, 0) lets a NaN through, so
 * that it is noticed.
 */
EXPORT void activateBlock(int image, const float *x, const float *scale, const float *shift,
                          float *out, int height, int width, int channels, int maximum) {
  const vector none = wasm_f32x4_splat(0);
  const size row = (size)width * channels;
  x += (size)image * height * row;
  if (maximum) {
    const int rows = height / 2, columns = width / 2;
    out += (size)image * rows * columns * channels;
    for (int y = 0; y < rows; y++)
      for (int px = 0; px < columns; px++, out += channels) {
        const float *p = x + 2 * y * row + 2 * (size)px * channels;
        for (int c = 0; c < channels; c += 4, p += 4) {
          const vector a = LOAD(scale + c), b = LOAD(shift + c);
          const vector top = wasm_f32x4_pmax(MULTIPLY_ADD(LOAD(p), a, b),
                                             MULTIPLY_ADD(LOAD(p + channels), a, b));
          const vector bottom = wasm_f32x4_pmax(MULTIPLY_ADD(LOAD(p + row), a, b),
                                                MULTIPLY_ADD(LOAD(p + row + channels), a, b));
          STORE(out + c, wasm_f32x4_pmax(wasm_f32x4_pmax(top, bottom), none));
        }
      }
    return;
  }
  const int points = height * width;
  const vector share = wasm_f32x4_splat(1.f / points);
  out += (size)image * channels;
  for (int c = 0; c < channels; c += 4) {
    const vector a = LOAD(scale + c), b = LOAD(shift + c);
    vector sum = none;
    const float *p = x + c;
    for (int i = 0; i < points; i++, p += channels)
      sum = ADD(sum, wasm_f32x4_pmax(MULTIPLY_ADD(LOAD(p), a, b), none));
    STORE(out + c, MUL(sum, share));
  }
}

/* Where the gradient of a 2x2 maximum goes: to the first of equal maxima, and only where open. */
typedef struct {
  vector gradient, is0, is1, is2, is3;
} route;

static inline route routeGradient(vector v0, vector v1, vector v2, vector v3, vector gradient) {
  const vector largest = wasm_f32x4_pmax(wasm_f32x4_pmax(v0, v1), wasm_f32x4_pmax(v2, v3));
  const vector open = wasm_f32x4_gt(largest, wasm_f32x4_splat(0));
  const vector is0 = wasm_f32x4_eq(v0, largest);
  const vector is1 = wasm_v128_andnot(wasm_f32x4_eq(v1, largest), is0);
  const vector taken = wasm_v128_or(is0, is1);
  const vector is2 = wasm_v128_andnot(wasm_f32x4_eq(v2, largest), taken);
  const vector is3 = wasm_v128_not(wasm_v128_or(taken, is2));
  return (route){wasm_v128_and(gradient, open), is0, is1, is2, is3};
}

/*
 * First pass backwards through a block: with r the gradient at the normalised values, the sums of r
 * and of r * (x - mean) over one image, per channel: sums[image][2][channels].
 */
EXPORT void sumBlockGradients(int image, const float *x, const float *scale, const float *shift,
                              const float *mean, const float *gradient, float *sums, int height,
                              int width, int channels, int maximum) {
  const vector none = wasm_f32x4_splat(0);
  const size row = (size)width * channels;
  x += (size)image * height * row;
  sums += (size)image * 2 * channels;
  if (maximum) {
    const int rows = height / 2, columns = width / 2;
    gradient += (size)image * rows * columns * channels;
    clear(sums, 2 * channels);
    for (int y = 0; y < rows; y++)
      for (int px = 0; px < columns; px++, gradient += channels) {
        const float *p = x + 2 * y * row + 2 * (size)px * channels;
        for (int c = 0; c < channels; c += 4, p += 4) {
          const vector a = LOAD(scale + c), b = LOAD(shift + c);
          const vector x0 = LOAD(p), x1 = LOAD(p + channels);
          const vector x2 = LOAD(p + row), x3 = LOAD(p + row + channels);
          const route to =
              routeGradient(MULTIPLY_ADD(x0, a, b), MULTIPLY_ADD(x1, a, b), MULTIPLY_ADD(x2, a, b),
                            MULTIPLY_ADD(x3, a, b), LOAD(gradient + c));
          const vector chosen =
              wasm_v128_or(wasm_v128_or(wasm_v128_and(x0, to.is0), wasm_v128_and(x1, to.is1)),
                           wasm_v128_or(wasm_v128_and(x2, to.is2), wasm_v128_and(x3, to.is3)));
          const vector centered = wasm_f32x4_sub(chosen, LOAD(mean + c));
          STORE(sums + c, ADD(LOAD(sums + c), to.gradient));
          STORE(sums + channels + c,
                MULTIPLY_ADD(to.gradient, centered, LOAD(sums + channels + c)));
        }
      }
    return;
  }
  const int points = height * width;
  const vector share = wasm_f32x4_splat(1.f / points);
  gradient += (size)image * channels;
  for (int c = 0; c < channels; c += 4) {
    const vector a = LOAD(scale + c), b = LOAD(shift + c), center = LOAD(mean + c);
    const vector each = MUL(LOAD(gradient + c), share);
    vector sum = none, products = none;
    const float *p = x + c;
    for (int i = 0; i < points; i++, p += channels) {
      const vector value = LOAD(p);
      const vector r = wasm_v128_and(each, wasm_f32x4_gt(MULTIPLY_ADD(value, a, b), none));
      sum = ADD(sum, r);
      products = MULTIPLY_ADD(r, wasm_f32x4_sub(value, center), products);
    }
    STORE(sums + c, sum), STORE(sums + channels + c, products);
  }
}

/*
 * Second pass backwards: the gradient with respect to the input of the normalisation,
 * r * factors[0] + x * factors[1] + factors[2], factors[3][channels], of one image.
 */
EXPORT void propagateBlock(int image, const float *x, const float *scale, const float *shift,
                           const float *gradient, const float *factors, float *out, int height,
                           int width, int channels, int maximum) {
  const vector none = wasm_f32x4_splat(0);
  const size row = (size)width * channels;
  const float *ofX = factors + channels, *constant = factors + 2 * channels;
  x += (size)image * height * row;
  out += (size)image * height * row;
  if (maximum) {
    const int rows = height / 2, columns = width / 2;
    gradient += (size)image * rows * columns * channels;
    for (int y = 0; y < rows; y++)
      for (int px = 0; px < columns; px++, gradient += channels) {
        const size at = 2 * y * row + 2 * (size)px * channels;
        for (int c = 0; c < channels; c += 4) {
          const float *p = x + at + c;
          float *o = out + at + c;
          const vector a = LOAD(scale + c), b = LOAD(shift + c);
          const vector k1 = LOAD(ofX + c), k2 = LOAD(constant + c);
          const vector x0 = LOAD(p), x1 = LOAD(p + channels);
          const vector x2 = LOAD(p + row), x3 = LOAD(p + row + channels);
          const route to =
              routeGradient(MULTIPLY_ADD(x0, a, b), MULTIPLY_ADD(x1, a, b), MULTIPLY_ADD(x2, a, b),
                            MULTIPLY_ADD(x3, a, b), LOAD(gradient + c));
          const vector r = MUL(to.gradient, LOAD(factors + c));
          STORE(o, ADD(MULTIPLY_ADD(x0, k1, k2), wasm_v128_and(r, to.is0)));
          STORE(o + channels, ADD(MULTIPLY_ADD(x1, k1, k2), wasm_v128_and(r, to.is1)));
          STORE(o + row, ADD(MULTIPLY_ADD(x2, k1, k2), wasm_v128_and(r, to.is2)));
          STORE(o + row + channels, ADD(MULTIPLY_ADD(x3, k1, k2), wasm_v128_and(r, to.is3)));
        }
      }
    /* An odd last row or column took part in the statistics, though not in the pooling. */
    for (int y = 0; y < height; y++)
      for (int px = y < 2 * rows ? 2 * columns : 0; px < width; px++)
        for (int c = 0; c < channels; c += 4) {
          const size at = y * row + (size)px * channels + c;
          STORE(out + at, MULTIPLY_ADD(LOAD(x + at), LOAD(ofX + c), LOAD(constant + c)));
        }
    return;
  }
  const int points = height * width;
  const vector share = wasm_f32x4_splat(1.f / points);
  gradient += (size)image * channels;
  for (int c = 0; c < channels; c += 4) {
    const vector a = LOAD(scale + c), b = LOAD(shift + c);
    const vector k0 = LOAD(factors + c), k1 = LOAD(ofX + c), k2 = LOAD(constant + c);
    const vector each = MUL(MUL(LOAD(gradient + c), share), k0);
    size at = c;
    for (int i = 0; i < points; i++, at += channels) {
      const vector value = LOAD(x + at);
      const vector r = wasm_v128_and(each, wasm_f32x4_gt(MULTIPLY_ADD(value, a, b), none));
      STORE(out + at, ADD(MULTIPLY_ADD(value, k1, k2), r));
    }
  }
}

/*
 * One step of Adam (Kingma, Ba 2015): beta1 = .9, beta2 = .999, epsilon = 1e-8; `correction1` and
 * `correction2` are 1 / (1 - beta^step), `kept` scales the weights before the step (decoupled
 * weight decay; 1 for none). The moments change in place, the weights go to `updated`: the matrix
 * products of the backend keep packed copies of weights by tensor and must see a new one.
 */
EXPORT void adam(const float *weights, float *updated, float *first, float *second,
                 const float *gradient, size count, float rate, float correction1,
                 float correction2, float kept) {
  const vector b1 = wasm_f32x4_splat(.9f), r1 = wasm_f32x4_splat(.1f);
  const vector b2 = wasm_f32x4_splat(.999f), r2 = wasm_f32x4_splat(.001f);
  const vector step = wasm_f32x4_splat(rate * correction1), unbias = wasm_f32x4_splat(correction2);
  const vector epsilon = wasm_f32x4_splat(1e-8f), keep = wasm_f32x4_splat(kept);
  size i = 0;
  for (; i + 4 <= count; i += 4) {
    const vector g = LOAD(gradient + i);
    const vector m = ADD(MUL(LOAD(first + i), b1), MUL(g, r1));
    const vector v = ADD(MUL(LOAD(second + i), b2), MUL(MUL(g, g), r2));
    const vector root = ADD(wasm_f32x4_sqrt(MUL(v, unbias)), epsilon);
    STORE(first + i, m), STORE(second + i, v);
    STORE(updated + i, wasm_f32x4_sub(MUL(LOAD(weights + i), keep),
                                      wasm_f32x4_div(MUL(m, step), root)));
  }
  for (; i < count; i++) {
    const float g = gradient[i];
    const float m = first[i] = .9f * first[i] + .1f * g;
    const float v = second[i] = .999f * second[i] + .001f * g * g;
    updated[i] = weights[i] * kept -
                 m * rate * correction1 / (__builtin_sqrtf(v * correction2) + 1e-8f);
  }
}
