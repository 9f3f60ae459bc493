using System.Runtime.InteropServices;

namespace MlNetLlm.SparseAutoencoders;

/// <summary>When each latent was last active. A latent that was not for long is dead, and the auxiliary loss may use it.</summary>
/// <param name="latents">How many latents there are.</param>
/// <param name="deadAfterRows">Hidden states without activity after which a latent is dead.</param>
internal sealed class LatentActivity(int latents, long deadAfterRows)
{
    /// <summary>An activation counts above this (the released script's threshold).</summary>
    public const float Threshold = 1e-3f;

    private readonly long[] _silentRows = new long[latents];
    private int[] _dead = [];

    /// <summary>The dead latents' numbers, ascending.</summary>
    public int[] Dead => _dead;

    /// <summary>Takes the codes of some more hidden states.</summary>
    /// <param name="rows">How many.</param>
    /// <param name="ids">Latents used by any of them.</param>
    /// <param name="strengths">Their activations.</param>
    public void Add(int rows, ReadOnlySpan<int> ids, ReadOnlySpan<float> strengths)
    {
        for (var latent = 0; latent < latents; latent++) _silentRows[latent] += rows;
        for (var i = 0; i < ids.Length; i++)
            if (strengths[i] > Threshold) _silentRows[ids[i]] = 0;
        FindDead();
    }

    /// <summary>The state as text, for a checkpoint.</summary>
    public string Save() => Convert.ToBase64String(MemoryMarshal.AsBytes<long>(_silentRows));

    /// <summary>Takes what <see cref="Save"/> gave.</summary>
    /// <exception cref="InvalidDataException">It is of another number of latents.</exception>
    public void Restore(string text)
    {
        var bytes = new byte[latents * sizeof(long)];
        if (!Convert.TryFromBase64String(text, bytes, out var written) || written != bytes.Length)
            throw new InvalidDataException(
                $"The checkpoint's note on the activity of {latents} latents is damaged. Start afresh in another CheckpointFolder.");
        MemoryMarshal.Cast<byte, long>(bytes).CopyTo(_silentRows);
        FindDead();
    }

    private void FindDead()
    {
        var dead = new List<int>();
        for (var latent = 0; latent < latents; latent++)
            if (_silentRows[latent] >= deadAfterRows) dead.Add(latent);
        _dead = [.. dead];
    }
}
