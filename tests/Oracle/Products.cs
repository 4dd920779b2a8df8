using System.Numerics;
using System.Runtime.InteropServices;

namespace MolEngine.Oracle;

/// <summary>Products of row-major matrices, all of them as dot products or scaled sums of whole rows.</summary>
internal static class Products
{
    /// <summary>y[M, N] += x[M, K] w[N, K]^T.</summary>
    public static void AddTransposed(double[] x, double[] w, double[] y, int m, int n, int k) =>
        Parallel.For(0, (m + 3) / 4, block =>
        {
            int i = block * 4;
            if (i + 4 > m)
            {
                for (; i < m; i++)
                {
                    for (int j = 0; j < n; j++)
                        y[i * n + j] += Dot(x.AsSpan(i * k, k), w.AsSpan(j * k, k));
                }

                return;
            }

            ReadOnlySpan<double> x0 = x.AsSpan(i * k, k), x1 = x.AsSpan((i + 1) * k, k);
            ReadOnlySpan<double> x2 = x.AsSpan((i + 2) * k, k), x3 = x.AsSpan((i + 3) * k, k);
            for (int j = 0; j < n; j++)
            {
                (double a, double b, double c, double d) = Dot4(x0, x1, x2, x3, w.AsSpan(j * k, k));
                y[i * n + j] += a;
                y[(i + 1) * n + j] += b;
                y[(i + 2) * n + j] += c;
                y[(i + 3) * n + j] += d;
            }
        });

    /// <summary>dx[M, K] += dy[M, N] w[N, K].</summary>
    public static void AddPlain(double[] dy, double[] w, double[] dx, int m, int n, int k) =>
        Parallel.For(0, m, i => AddScaledRows(dx.AsSpan(i * k, k), w, dy, i * n, 1, n));

    /// <summary>dw[N, K] += dy[M, N]^T x[M, K].</summary>
    public static void AddOuter(double[] dy, double[] x, double[] dw, int m, int n, int k) =>
        Parallel.For(0, n, j => AddScaledRows(dw.AsSpan(j * k, k), x, dy, j, n, m));

    public static double Dot(ReadOnlySpan<double> a, ReadOnlySpan<double> b)
    {
        ReadOnlySpan<Vector<double>> va = MemoryMarshal.Cast<double, Vector<double>>(a);
        ReadOnlySpan<Vector<double>> vb = MemoryMarshal.Cast<double, Vector<double>>(b);
        Vector<double> sum = Vector<double>.Zero;
        for (int i = 0; i < va.Length; i++)
            sum += va[i] * vb[i];
        double rest = Vector.Sum(sum);
        for (int i = va.Length * Vector<double>.Count; i < a.Length; i++)
            rest += a[i] * b[i];
        return rest;
    }

    /// <summary>y += scale x.</summary>
    public static void AddScaled(Span<double> y, ReadOnlySpan<double> x, double scale)
    {
        Span<Vector<double>> vy = MemoryMarshal.Cast<double, Vector<double>>(y);
        ReadOnlySpan<Vector<double>> vx = MemoryMarshal.Cast<double, Vector<double>>(x);
        for (int i = 0; i < vy.Length; i++)
            vy[i] += vx[i] * scale;
        for (int i = vy.Length * Vector<double>.Count; i < y.Length; i++)
            y[i] += scale * x[i];
    }

    /// <summary>y += sum over r of scales[first + r step] rows[r], four rows at a time.</summary>
    private static void AddScaledRows(Span<double> y, double[] rows, double[] scales, int first, int step, int count)
    {
        int k = y.Length, r = 0, vectors = k / Vector<double>.Count;
        Span<Vector<double>> vy = MemoryMarshal.Cast<double, Vector<double>>(y);
        for (; r + 4 <= count; r += 4)
        {
            double s0 = scales[first + r * step], s1 = scales[first + (r + 1) * step];
            double s2 = scales[first + (r + 2) * step], s3 = scales[first + (r + 3) * step];
            ReadOnlySpan<double> r0 = rows.AsSpan(r * k, k), r1 = rows.AsSpan((r + 1) * k, k);
            ReadOnlySpan<double> r2 = rows.AsSpan((r + 2) * k, k), r3 = rows.AsSpan((r + 3) * k, k);
            ReadOnlySpan<Vector<double>> v0 = MemoryMarshal.Cast<double, Vector<double>>(r0),
                v1 = MemoryMarshal.Cast<double, Vector<double>>(r1);
            ReadOnlySpan<Vector<double>> v2 = MemoryMarshal.Cast<double, Vector<double>>(r2),
                v3 = MemoryMarshal.Cast<double, Vector<double>>(r3);
            for (int i = 0; i < vy.Length; i++)
                vy[i] += v0[i] * s0 + v1[i] * s1 + (v2[i] * s2 + v3[i] * s3);
            for (int i = vectors * Vector<double>.Count; i < k; i++)
                y[i] += r0[i] * s0 + r1[i] * s1 + (r2[i] * s2 + r3[i] * s3);
        }

        for (; r < count; r++)
            AddScaled(y, rows.AsSpan(r * k, k), scales[first + r * step]);
    }

    private static (double A, double B, double C, double D) Dot4(
        ReadOnlySpan<double> a, ReadOnlySpan<double> b, ReadOnlySpan<double> c, ReadOnlySpan<double> d,
        ReadOnlySpan<double> w)
    {
        ReadOnlySpan<Vector<double>> vw = MemoryMarshal.Cast<double, Vector<double>>(w);
        ReadOnlySpan<Vector<double>> va = MemoryMarshal.Cast<double, Vector<double>>(a);
        ReadOnlySpan<Vector<double>> vb = MemoryMarshal.Cast<double, Vector<double>>(b);
        ReadOnlySpan<Vector<double>> vc = MemoryMarshal.Cast<double, Vector<double>>(c);
        ReadOnlySpan<Vector<double>> vd = MemoryMarshal.Cast<double, Vector<double>>(d);
        Vector<double> sa = Vector<double>.Zero, sb = sa, sc = sa, sd = sa;
        for (int i = 0; i < vw.Length; i++)
        {
            Vector<double> v = vw[i];
            sa += va[i] * v;
            sb += vb[i] * v;
            sc += vc[i] * v;
            sd += vd[i] * v;
        }

        (double A, double B, double C, double D) r = (Vector.Sum(sa), Vector.Sum(sb), Vector.Sum(sc), Vector.Sum(sd));
        for (int i = vw.Length * Vector<double>.Count; i < w.Length; i++)
            r = (r.A + a[i] * w[i], r.B + b[i] * w[i], r.C + c[i] * w[i], r.D + d[i] * w[i]);
        return r;
    }
}
