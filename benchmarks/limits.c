/* What a person writes by hand for one network: sizes known while compiling, explicit vectors, everything in registers
   that fits. Each function is one pass of stochastic gradient descent over the rows of X, in their order; weights of a
   layer are [inputs][outputs]. The loss is the binary cross-entropy of a logit, hidden units are rectified.

   cc -O3 -march=native -DREAL=float -DWORD=int32_t -DINPUTS=30 -DHIDDEN=64 -DHIDDEN2=32 -DBATCH=32
      -shared -fPIC limits.c */

#include <stdint.h>
#include <string.h>

#ifdef __AVX512F__
#define BYTES 64
#elif defined(__AVX__)
#define BYTES 32
#else
#define BYTES 16
#endif

typedef REAL vec __attribute__((vector_size(BYTES), aligned(sizeof(REAL)), may_alias));
#define LANES ((int)(BYTES / sizeof(REAL)))
#define SINGLE (sizeof(REAL) == 4)
#define INLINE static inline __attribute__((always_inline))
#define UP(n, to) (((n) + (to)-1) / (to))
#define UNROLL _Pragma("GCC unroll 64")

typedef WORD mask __attribute__((vector_size(BYTES)));

INLINE vec load(const REAL *p) { vec v; memcpy(&v, p, BYTES); return v; }
INLINE void store(REAL *p, vec v) { memcpy(p, &v, BYTES); }
INLINE vec all(REAL x) { return x - (vec){0}; }
INLINE vec keep(vec v, mask m) { return (vec)((mask)v & m); }
INLINE mask first(int count) { mask m; UNROLL for (int k = 0; k < LANES; k++) m[k] = k < count ? -1 : 0; return m; }
INLINE vec relu(vec v) { return keep(v, v > (vec){0}); }

INLINE REAL sum(vec v) { /* halves onto halves */
  UNROLL for (int half = LANES / 2; half; half /= 2) {
    mask from; UNROLL for (int k = 0; k < LANES; k++) from[k] = (k + half) % LANES;
    v += __builtin_shuffle(v, from);
  }
  return v[0];
}

INLINE REAL expo(REAL x) { /* 2^k exp(r), Taylor's series of exp(r) by Estrin's scheme */
  REAL high = SINGLE ? 88 : 709, low = SINGLE ? -87 : -708;
  x = x < low ? low : x; x = x > high ? high : x;
  REAL shift = SINGLE ? 12582912.0 : 6755399441055744.0, t = x * (REAL)1.4426950408889634 + shift, k = t - shift;
  REAL r = x - k * (SINGLE ? (REAL)0.693145751953125 : (REAL)6.93147180369123816490e-01);
  r -= k * (SINGLE ? (REAL)1.428606765330187e-06 : (REAL)1.90821492927058770002e-10);
  REAL r2 = r * r, r4 = r2 * r2, p;
  REAL a = 1 + r, b = (REAL)0.5 + r * (REAL)(1.0 / 6), c = (REAL)(1.0 / 24) + r * (REAL)(1.0 / 120);
  if (SINGLE) p = (a + r2 * b) + r4 * (c + r2 * (REAL)(1.0 / 720));
  else {
    REAL d = 1.0 / 720 + r * (1.0 / 5040), e = 1.0 / 40320 + r * (1.0 / 362880), f = 1.0 / 3628800 + r * (1.0 / 39916800);
    p = (a + r2 * b) + r4 * ((c + r2 * d) + r4 * (e + r2 * f));
  }
  WORD bits; memcpy(&bits, &t, sizeof bits);
  bits = (bits + (SINGLE ? 127 : 1023)) << (SINGLE ? 23 : 52); /* the low bits of t are k */
  REAL s; memcpy(&s, &bits, sizeof s);
  return p * s;
}
INLINE REAL sigma(REAL z) { return 1 / (1 + expo(-z)); }

#ifdef INPUTS

/* 1. Logistic regression, one sample at a time; the weights and the bias stay in registers. w: [INPUTS + 1] */
#define NV UP(INPUTS + 1, LANES)
INLINE void row(const REAL *x, vec *v) { /* the inputs and a 1; X has BYTES readable bytes after its end */
  UNROLL for (int k = 0; k < NV; k++) {
    v[k] = load(x + k * LANES);
    int left = INPUTS - k * LANES;
    if (left < LANES) { v[k] = keep(v[k], first(left)); if (left >= 0) v[k][left] = 1; }
  }
}
void logistic(const REAL *restrict X, const REAL *restrict t, REAL *restrict w, long rows, REAL rate) {
  if (NV > 8) { /* too many for registers: one pass updates by the last sample and multiplies with this one */
    long V = INPUTS / LANES; REAL b = w[INPUTS], g = 0; const REAL *before = X;
    for (long i = 0; i < rows; i++) {
      const REAL *x = X + i * INPUTS; vec s0 = {0}, s1 = {0}, gv = all(g); long j = 0;
      for (; j + 2 <= V; j += 2) {
        vec a = load(w + j * LANES) + gv * load(before + j * LANES);
        vec c = load(w + (j + 1) * LANES) + gv * load(before + (j + 1) * LANES);
        store(w + j * LANES, a); store(w + (j + 1) * LANES, c);
        s0 += a * load(x + j * LANES); s1 += c * load(x + (j + 1) * LANES);
      }
      for (; j < V; j++) {
        vec a = load(w + j * LANES) + gv * load(before + j * LANES);
        store(w + j * LANES, a); s0 += a * load(x + j * LANES);
      }
      REAL z = b + sum(s0 + s1);
      for (j = V * LANES; j < INPUTS; j++) { w[j] += g * before[j]; z += w[j] * x[j]; }
      g = -rate * (sigma(z) - t[i]); b += g; before = x;
    }
    for (long j = 0; j < INPUTS; j++) w[j] += g * before[j];
    w[INPUTS] = b;
    return;
  }
  vec W[NV], x[NV]; REAL padded[NV * LANES];
  memset(padded, 0, sizeof padded); memcpy(padded, w, sizeof(REAL) * (INPUTS + 1));
  UNROLL for (int k = 0; k < NV; k++) W[k] = load(padded + k * LANES);
  for (long i = 0; i < rows; i++) {
    row(X + i * INPUTS, x);
    vec s0 = W[0] * x[0], s1 = {0};
    UNROLL for (int k = 1; k < NV; k++) { if (k & 1) s1 += W[k] * x[k]; else s0 += W[k] * x[k]; }
    vec g = all(-rate * (sigma(sum(s0 + s1)) - t[i]));
    UNROLL for (int k = 0; k < NV; k++) W[k] += g * x[k];
  }
  UNROLL for (int k = 0; k < NV; k++) store(padded + k * LANES, W[k]);
  memcpy(w, padded, sizeof(REAL) * (INPUTS + 1));
}

/* What memory allows: X is read, and added up. */
void read_once(const REAL *restrict X, const REAL *restrict t, REAL *restrict w, long rows, REAL rate) {
  vec a = {0}, b = {0}, c = {0}, d = {0}; long n = rows * INPUTS, i = 0;
  for (; i + 4 * LANES <= n; i += 4 * LANES) {
    a += load(X + i); b += load(X + i + LANES); c += load(X + i + 2 * LANES); d += load(X + i + 3 * LANES);
  }
  w[0] = sum((a + b) + (c + d)) * 0;
}
#endif

#ifdef HIDDEN
#define HV UP(HIDDEN, LANES)
/* 2. One hidden layer, one sample at a time. P: W1 [INPUTS][HIDDEN], b1, w2 [HIDDEN], b2; W1 in registers. */
#if HIDDEN < 4
void one_hidden(const REAL *restrict X, const REAL *restrict t, REAL *restrict P, long rows, REAL rate) {
  REAL W[INPUTS][HIDDEN], b[HIDDEN], v[HIDDEN], c = P[INPUTS * HIDDEN + 2 * HIDDEN];
  memcpy(W, P, sizeof W); memcpy(b, P + INPUTS * HIDDEN, sizeof b); memcpy(v, P + (INPUTS + 1) * HIDDEN, sizeof v);
  for (long i = 0; i < rows; i++) {
    const REAL *x = X + i * INPUTS; REAL h[HIDDEN], z = c;
    UNROLL for (int j = 0; j < HIDDEN; j++) {
      h[j] = b[j];
      UNROLL for (int k = 0; k < INPUTS; k++) h[j] += W[k][j] * x[k];
      h[j] = h[j] > 0 ? h[j] : 0; z += v[j] * h[j];
    }
    REAL g = -rate * (sigma(z) - t[i]);
    UNROLL for (int j = 0; j < HIDDEN; j++) {
      REAL d = h[j] > 0 ? g * v[j] : 0;
      v[j] += g * h[j]; b[j] += d;
      UNROLL for (int k = 0; k < INPUTS; k++) W[k][j] += d * x[k];
    }
    c += g;
  }
  memcpy(P, W, sizeof W); memcpy(P + INPUTS * HIDDEN, b, sizeof b); memcpy(P + (INPUTS + 1) * HIDDEN, v, sizeof v);
  P[INPUTS * HIDDEN + 2 * HIDDEN] = c;
}
#elif HIDDEN <= 32
void one_hidden(const REAL *restrict X, const REAL *restrict t, REAL *restrict P, long rows, REAL rate) {
  vec W[INPUTS][HV], b[HV], v[HV]; REAL c = P[INPUTS * HIDDEN + 2 * HIDDEN];
  UNROLL for (int k = 0; k < INPUTS; k++) for (int j = 0; j < HV; j++) W[k][j] = load(P + k * HIDDEN + j * LANES);
  UNROLL for (int j = 0; j < HV; j++) { b[j] = load(P + INPUTS * HIDDEN + j * LANES); v[j] = load(P + (INPUTS + 1) * HIDDEN + j * LANES); }
  for (long i = 0; i < rows; i++) {
    const REAL *x = X + i * INPUTS; vec s[4][HV], h[HV], z = {0};
    UNROLL for (int j = 0; j < HV; j++) { s[0][j] = b[j]; s[1][j] = s[2][j] = s[3][j] = (vec){0}; }
    UNROLL for (int k = 0; k < INPUTS; k++) UNROLL for (int j = 0; j < HV; j++) s[k & 3][j] += W[k][j] * all(x[k]);
    UNROLL for (int j = 0; j < HV; j++) { h[j] = relu((s[0][j] + s[1][j]) + (s[2][j] + s[3][j])); z += v[j] * h[j]; }
    REAL g = -rate * (sigma(c + sum(z)) - t[i]); vec gv = all(g), d[HV];
    UNROLL for (int j = 0; j < HV; j++) { d[j] = keep(gv * v[j], h[j] > (vec){0}); v[j] += gv * h[j]; b[j] += d[j]; }
    c += g;
    UNROLL for (int k = 0; k < INPUTS; k++) UNROLL for (int j = 0; j < HV; j++) W[k][j] += d[j] * all(x[k]);
  }
  UNROLL for (int k = 0; k < INPUTS; k++) for (int j = 0; j < HV; j++) store(P + k * HIDDEN + j * LANES, W[k][j]);
  UNROLL for (int j = 0; j < HV; j++) { store(P + INPUTS * HIDDEN + j * LANES, b[j]); store(P + (INPUTS + 1) * HIDDEN + j * LANES, v[j]); }
  P[INPUTS * HIDDEN + 2 * HIDDEN] = c;
}
#endif

#ifdef BATCH
/* 3. Batches, one or two hidden layers whose sizes are multiples of LANES. A block of M rows and V vectors of
   C = f(C0 + Σ_k A(m, k) B[k]) stays in registers, where A(m, k) = A[m·down + k·along]. */
enum { FORWARD, BACKWARD, UPDATE };
INLINE void block(int M, int V, int K, const REAL *A, int down, int along, const REAL *B, int ldb, REAL *C, int ldc,
                  const REAL *start, const REAL *gate, int kind) {
  vec s[16][8];
  UNROLL for (int m = 0; m < M; m++) UNROLL for (int v = 0; v < V; v++)
    s[m][v] = kind == FORWARD ? load(start + v * LANES) : kind == UPDATE ? load(C + m * ldc + v * LANES) : (vec){0};
  _Pragma("GCC unroll 2") for (int k = 0; k < K; k++) {
    vec b[8];
    UNROLL for (int v = 0; v < V; v++) b[v] = load(B + k * ldb + v * LANES);
    UNROLL for (int m = 0; m < M; m++) {
      vec a = all(A[m * down + k * along]);
      UNROLL for (int v = 0; v < V; v++) s[m][v] += a * b[v];
    }
  }
  UNROLL for (int m = 0; m < M; m++) UNROLL for (int v = 0; v < V; v++) {
    vec z = s[m][v];
    if (kind == FORWARD) z = relu(z);
    if (kind == BACKWARD) z = keep(z, load(gate + m * ldc + v * LANES) > (vec){0});
    store(C + m * ldc + v * LANES, z);
  }
}
#define TRY(M, most, R) R <= (most) && (M) % R == 0 ? R:
#define DIVISOR(M, most) (TRY(M, most, 16) TRY(M, most, 15) TRY(M, most, 14) TRY(M, most, 12) TRY(M, most, 11) \
  TRY(M, most, 10) TRY(M, most, 9) TRY(M, most, 8) TRY(M, most, 7) TRY(M, most, 6) TRY(M, most, 5) TRY(M, most, 4) \
  TRY(M, most, 3) TRY(M, most, 2) 1)
/* All of C, M rows of N: a divisor of M rows at a time, as many as registers hold. */
INLINE void product(const int M, const int N, const int K, const REAL *A, const int down, const int along, const REAL *B,
                    REAL *C, const REAL *start, const REAL *gate, const int kind) {
  const int wide = N / LANES, V = DIVISOR(wide, 4), R = DIVISOR(M, (BYTES == 64 ? 24 : 12) / V);
  for (int m = 0; m < M; m += R)
    for (int v = 0; v < wide; v += V)
      block(R, V, K, A + m * down, down, along, B + v * LANES, N, C + m * N + v * LANES, N, start + v * LANES,
            gate + m * N + v * LANES, kind);
}
INLINE void transposed(int rows, int columns, const REAL *from, REAL *to) { /* by square blocks in registers */
  for (int i = 0; i < rows; i += LANES)
    for (int j = 0; j < columns; j += LANES) {
      vec r[LANES];
      UNROLL for (int k = 0; k < LANES; k++) r[k] = load(from + (i + k) * columns + j);
      UNROLL for (int bit = 1; bit < LANES; bit *= 2) UNROLL for (int k = 0; k < LANES; k++) if (!(k & bit)) {
        mask low, high; vec a = r[k], b = r[k + bit];
        UNROLL for (int l = 0; l < LANES; l++) {
          low[l] = l & bit ? (l ^ bit) + LANES : l; high[l] = l & bit ? l + LANES : l | bit;
        }
        r[k] = __builtin_shuffle(a, b, low); r[k + bit] = __builtin_shuffle(a, b, high);
      }
      UNROLL for (int k = 0; k < LANES; k++) store(to + (j + k) * rows + i, r[k]);
    }
}
/* The last layer and its messages: H [BATCH][N] -> D [BATCH][N], v [N] and c renewed. */
INLINE void head(int N, const REAL *H, const REAL *t, REAL *D, REAL *v, REAL *c, REAL *below, REAL rate) {
  vec w[8], grad[8], bias[8];
  int V = N / LANES;
  UNROLL for (int j = 0; j < V; j++) { grad[j] = w[j] = load(v + j * LANES); bias[j] = load(below + j * LANES); }
  REAL z[BATCH], total = 0;
  for (int m = 0; m < BATCH; m++) {
    vec s = {0};
    UNROLL for (int j = 0; j < V; j++) s += w[j] * load(H + m * N + j * LANES);
    z[m] = sum(s) + *c;
  }
  for (int m = 0; m < BATCH; m++) z[m] = -rate / BATCH * (sigma(z[m]) - t[m]);
  for (int m = 0; m < BATCH; m++) {
    vec g = all(z[m]); total += z[m];
    UNROLL for (int j = 0; j < V; j++) {
      vec h = load(H + m * N + j * LANES), d = keep(g * w[j], h > (vec){0});
      grad[j] += g * h; bias[j] += d; store(D + m * N + j * LANES, d);
    }
  }
  UNROLL for (int j = 0; j < V; j++) { store(v + j * LANES, grad[j]); store(below + j * LANES, bias[j]); }
  *c += total;
}
#ifndef HIDDEN2
/* P: W1 [INPUTS][HIDDEN], b1, w2, b2 */
void batches(const REAL *restrict X, const REAL *restrict t, REAL *restrict P, long rows, REAL rate) {
  static _Thread_local REAL H[BATCH * HIDDEN] __attribute__((aligned(64))), D[BATCH * HIDDEN] __attribute__((aligned(64)));
  REAL *b = P + INPUTS * HIDDEN, *v = b + HIDDEN, *c = v + HIDDEN;
  for (long i = 0; i + BATCH <= rows; i += BATCH) {
    const REAL *x = X + i * INPUTS;
    product(BATCH, HIDDEN, INPUTS, x, INPUTS, 1, P, H, b, H, FORWARD);
    head(HIDDEN, H, t + i, D, v, c, b, rate);
    product(INPUTS, HIDDEN, BATCH, x, 1, INPUTS, D, P, b, H, UPDATE);
  }
}
#else
/* P: W1 [INPUTS][HIDDEN], b1, W2 [HIDDEN][HIDDEN2], b2, w3, b3 */
void batches(const REAL *restrict X, const REAL *restrict t, REAL *restrict P, long rows, REAL rate) {
  static _Thread_local REAL H1[BATCH * HIDDEN] __attribute__((aligned(64))), H2[BATCH * HIDDEN2] __attribute__((aligned(64))),
      D1[BATCH * HIDDEN] __attribute__((aligned(64))), D2[BATCH * HIDDEN2] __attribute__((aligned(64))),
      T[HIDDEN * HIDDEN2] __attribute__((aligned(64)));
  REAL *W1 = P, *b1 = W1 + INPUTS * HIDDEN, *W2 = b1 + HIDDEN, *b2 = W2 + HIDDEN * HIDDEN2, *v = b2 + HIDDEN2, *c = v + HIDDEN2;
  for (long i = 0; i + BATCH <= rows; i += BATCH) {
    const REAL *x = X + i * INPUTS;
    product(BATCH, HIDDEN, INPUTS, x, INPUTS, 1, W1, H1, b1, H1, FORWARD);
    product(BATCH, HIDDEN2, HIDDEN, H1, HIDDEN, 1, W2, H2, b2, H2, FORWARD);
    transposed(HIDDEN, HIDDEN2, W2, T);
    head(HIDDEN2, H2, t + i, D2, v, c, b2, rate);
    product(BATCH, HIDDEN, HIDDEN2, D2, HIDDEN2, 1, T, D1, b1, H1, BACKWARD);
    product(HIDDEN, HIDDEN2, BATCH, H1, 1, HIDDEN, D2, W2, b2, H2, UPDATE);
    product(INPUTS, HIDDEN, BATCH, x, 1, INPUTS, D1, W1, b1, H1, UPDATE);
    UNROLL for (int j = 0; j < HIDDEN; j += LANES) {
      vec s = load(b1 + j);
      for (int m = 0; m < BATCH; m++) s += load(D1 + m * HIDDEN + j);
      store(b1 + j, s);
    }
  }
}
#endif
#endif
#endif

/* Peak of one core: fused multiply-adds that wait for nothing. Returns a number so that nothing is left out. */
REAL peak(long turns) {
  vec s[12], a = all((REAL)0.999), b = all((REAL)1e-3);
  UNROLL for (int k = 0; k < 12; k++) s[k] = all((REAL)k);
  for (long i = 0; i < turns; i++) UNROLL for (int k = 0; k < 12; k++) s[k] = s[k] * a + b;
  vec t = s[0];
  UNROLL for (int k = 1; k < 12; k++) t += s[k];
  return sum(t);
}
int lanes(void) { return LANES; }
