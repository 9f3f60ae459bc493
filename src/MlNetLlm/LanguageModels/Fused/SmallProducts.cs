using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;
using MlNetLlm.LanguageModels.Managed;

namespace MlNetLlm.LanguageModels.Fused;

/// <summary>Products of matrices that fit in a core's cache, such as those of one attention head.</summary>
internal static unsafe class SmallProducts
{
    private const int Lanes = VectorMath.Lanes;

    /// <summary>c = a b, or c += a b.</summary>
    /// <param name="m">Rows of c, a multiple of 4.</param>
    /// <param name="n">Columns of c, a multiple of 16.</param>
    /// <param name="k">Length of the sums.</param>
    /// <param name="a">(m, k), its rows and columns aRow and aColumn numbers apart, so that a may be a transposed matrix.</param>
    /// <param name="aRow">Numbers from one row of a to the next.</param>
    /// <param name="aColumn">Numbers from one column of a to the next.</param>
    /// <param name="b">(k, n), its rows bRow numbers apart.</param>
    /// <param name="bRow">Numbers from one row of b to the next.</param>
    /// <param name="c">(m, n), its rows cRow numbers apart.</param>
    /// <param name="cRow">Numbers from one row of c to the next.</param>
    /// <param name="add">Whether to add to c.</param>
    internal static void Multiply(
        int m, int n, int k, float* a, int aRow, int aColumn, float* b, int bRow, float* c, int cRow, bool add)
    {
        // Without 512-bit registers the wide tile does not fit in the register file.
        var wide = Vector512.IsHardwareAccelerated ? n / (2 * Lanes) * (2 * Lanes) : 0;
        for (var i = 0; i < m; i += 4)
        {
            var j = 0;
            for (; j < wide; j += 2 * Lanes)
                Wide(k, a + (i * aRow), aRow, aColumn, b + j, bRow, c + (i * cRow) + j, cRow, add);
            for (; j < n; j += Lanes)
                Narrow(k, a + (i * aRow), aRow, aColumn, b + j, bRow, c + (i * cRow) + j, cRow, add);
        }
    }

    // 4 rows by 32 columns. Not inlined: in a large caller the sums would not stay in registers.
    [MethodImpl(MethodImplOptions.NoInlining)]
    private static void Wide(int k, float* a, int aRow, int aColumn, float* b, int bRow, float* c, int cRow, bool add)
    {
        Vector512<float> c00 = default, c01 = default, c10 = default, c11 = default;
        Vector512<float> c20 = default, c21 = default, c30 = default, c31 = default;
        float* a1 = a + aRow, a2 = a1 + aRow, a3 = a2 + aRow;
        for (var p = 0; p < k; p++, b += bRow)
        {
            Vector512<float> b0 = Vector512.Load(b), b1 = Vector512.Load(b + Lanes), v = Vector512.Create(*a);
            (c00, c01) = (Vector512.FusedMultiplyAdd(v, b0, c00), Vector512.FusedMultiplyAdd(v, b1, c01));
            v = Vector512.Create(*a1);
            (c10, c11) = (Vector512.FusedMultiplyAdd(v, b0, c10), Vector512.FusedMultiplyAdd(v, b1, c11));
            v = Vector512.Create(*a2);
            (c20, c21) = (Vector512.FusedMultiplyAdd(v, b0, c20), Vector512.FusedMultiplyAdd(v, b1, c21));
            v = Vector512.Create(*a3);
            (c30, c31) = (Vector512.FusedMultiplyAdd(v, b0, c30), Vector512.FusedMultiplyAdd(v, b1, c31));
            a += aColumn;
            a1 += aColumn;
            a2 += aColumn;
            a3 += aColumn;
        }
        Put(c00, c, add);
        Put(c01, c + Lanes, add);
        Put(c10, c + cRow, add);
        Put(c11, c + cRow + Lanes, add);
        Put(c20, c + (2 * cRow), add);
        Put(c21, c + (2 * cRow) + Lanes, add);
        Put(c30, c + (3 * cRow), add);
        Put(c31, c + (3 * cRow) + Lanes, add);
    }

    // 4 rows by 16 columns.
    [MethodImpl(MethodImplOptions.NoInlining)]
    private static void Narrow(int k, float* a, int aRow, int aColumn, float* b, int bRow, float* c, int cRow, bool add)
    {
        Vector512<float> c0 = default, c1 = default, c2 = default, c3 = default;
        for (var p = 0; p < k; p++, a += aColumn, b += bRow)
        {
            var v = Vector512.Load(b);
            c0 = Vector512.FusedMultiplyAdd(Vector512.Create(a[0]), v, c0);
            c1 = Vector512.FusedMultiplyAdd(Vector512.Create(a[aRow]), v, c1);
            c2 = Vector512.FusedMultiplyAdd(Vector512.Create(a[2 * aRow]), v, c2);
            c3 = Vector512.FusedMultiplyAdd(Vector512.Create(a[3 * aRow]), v, c3);
        }
        Put(c0, c, add);
        Put(c1, c + cRow, add);
        Put(c2, c + (2 * cRow), add);
        Put(c3, c + (3 * cRow), add);
    }

    private static void Put(Vector512<float> sum, float* c, bool add) => (add ? sum + Vector512.Load(c) : sum).Store(c);
}
