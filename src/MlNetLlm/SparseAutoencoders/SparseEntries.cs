namespace MlNetLlm.SparseAutoencoders;

/// <summary>
/// The latents that each row of a batch uses: an entry is a row and a latent, with its activation and the loss's slope by it.
/// </summary>
/// <param name="rows">Rows of the batch.</param>
/// <param name="perRow">Most entries a row.</param>
internal sealed class SparseEntries(int rows, int perRow)
{
    private readonly int[] _order = new int[rows * perRow];
    private int[] _starts = [];
    private int? _used;

    /// <summary>Entries a row in this batch; most of them to begin with.</summary>
    public int Used { get => _used ?? perRow; set => _used = value; }

    /// <summary>Latents, a row's entries together.</summary>
    public int[] Ids { get; } = new int[rows * perRow];

    /// <summary>Activations; 0 = no entry.</summary>
    public float[] Strengths { get; } = new float[rows * perRow];

    /// <summary>The loss's slope by the activation.</summary>
    public float[] Slopes { get; } = new float[rows * perRow];

    public Span<int> IdsOf(int row) => Ids.AsSpan(row * perRow, Used);

    public Span<float> StrengthsOf(int row) => Strengths.AsSpan(row * perRow, Used);

    public Span<float> SlopesOf(int row) => Slopes.AsSpan(row * perRow, Used);

    /// <summary>The row of an entry.</summary>
    public int RowOf(int entry) => entry / perRow;

    /// <summary>Cuts off what is not positive.</summary>
    public void CutOff(int row)
    {
        foreach (ref var strength in StrengthsOf(row))
            if (!(strength > 0)) strength = 0;
    }

    /// <summary>Leaves no entry in use.</summary>
    public void Clear() => Used = 0;

    /// <summary>Puts the entries of each latent together, rows ascending.</summary>
    public void SortByLatent(int latents)
    {
        if (_starts.Length != latents + 1) _starts = new int[latents + 1];
        Array.Clear(_starts);
        for (var row = 0; row < rows && Used > 0; row++)
            for (var entry = row * perRow; entry < row * perRow + Used; entry++)
                if (Strengths[entry] > 0) _starts[Ids[entry] + 1]++;
        for (var latent = 0; latent < latents; latent++) _starts[latent + 1] += _starts[latent];
        var next = _starts[..latents];
        for (var row = 0; row < rows && Used > 0; row++)
            for (var entry = row * perRow; entry < row * perRow + Used; entry++)
                if (Strengths[entry] > 0) _order[next[Ids[entry]]++] = entry;
    }

    /// <summary>A latent's entries, after <see cref="SortByLatent"/>.</summary>
    public ReadOnlySpan<int> Of(int latent) => _order.AsSpan(_starts[latent].._starts[latent + 1]);
}
