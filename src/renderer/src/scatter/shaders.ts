/** Palette entries in one row of its texture. */
export const paletteWidth = 64

export const vertexShader = `#version 300 es
precision highp float;
precision highp int;
in vec2 position;
in uint colorIndex;
in uint level;
uniform vec2 center;
uniform vec2 zoom;
uniform float diameter;
uniform float pixelRatio;
uniform highp sampler2D palette;
out vec3 pointColor;
out float opacity;
out float pixels;
out float rimPixels;

void main() {
  gl_Position = vec4((position - center) * zoom, 0.0, 1.0);
  bool isSelected = level == 2u;
  rimPixels = isSelected ? 1.25 * pixelRatio : 0.0;
  float size = diameter * pixelRatio * (isSelected ? 1.25 : 1.0) + 2.0 * rimPixels;
  // One pixel more all around for the soft edge.
  pixels = size + 1.0;
  gl_PointSize = pixels;
  int index = int(colorIndex);
  pointColor = texelFetch(palette, ivec2(index % ${paletteWidth}, index / ${paletteWidth}), 0).rgb;
  opacity = level == 0u ? 0.14 : isSelected ? 1.0 : 0.86;
}
`

export const fragmentShader = `#version 300 es
precision highp float;
in vec3 pointColor;
in float opacity;
in float pixels;
in float rimPixels;
uniform vec3 rim;
out vec4 color;

void main() {
  float fromCentre = length(gl_PointCoord - 0.5) * pixels;
  float radius = 0.5 * pixels - 0.5;
  float cover = clamp(radius + 0.5 - fromCentre, 0.0, 1.0) * opacity;
  if (cover <= 0.0) discard;
  float inner = clamp(radius - rimPixels + 0.5 - fromCentre, 0.0, 1.0);
  vec3 shown = rimPixels > 0.0 ? mix(rim, pointColor, inner) : pointColor;
  color = vec4(shown * cover, cover);
}
`
