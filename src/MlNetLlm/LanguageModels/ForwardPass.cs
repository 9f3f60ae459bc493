using TorchSharp;
using static TorchSharp.torch;

namespace MlNetLlm.LanguageModels;

/// <summary>What all blocks of one pass share: where the tokens stand, who may look at whom, and who watches.</summary>
internal sealed class ForwardPass
{
    private readonly ForwardOptions _options;

    internal ForwardPass(ForwardOptions options) => _options = options;

    /// <summary>Earlier tokens, or null.</summary>
    internal KvCache? Cache => _options.Cache;

    /// <summary>Whether gradients reach a token's own key and value only.</summary>
    internal bool OwnTokenGradient => _options.OwnTokenGradient;

    /// <summary>What inserted elements are to predict, or null.</summary>
    internal InsertionTargets? Targets => _options.Targets;

    /// <summary>A concept that is held, or null.</summary>
    internal HeldConcept? Held => _options.Held;

    /// <summary>Whether there are two elements a token.</summary>
    internal bool Interleaved { get; init; }

    /// <summary>Who may look at whom.</summary>
    internal required AttentionMask Mask { get; init; }

    /// <summary>cos and signed sin of the tokens' positions, (time, 1, r) or (batch, time, 1, r); null with learned positions.</summary>
    internal required (Tensor Cos, Tensor Sin)? Rotation { get; init; }

    /// <summary>Of a pass with two elements a token: the rotation of one a token.</summary>
    internal (Tensor Cos, Tensor Sin)? TokenRotation { get; private init; }

    /// <summary>Share of activations dropped; 0 outside training.</summary>
    internal required double Dropout { get; init; }

    /// <summary>The pass with two elements a token, both at the token's position.</summary>
    internal ForwardPass Doubled(AttentionMask mask) => new(_options)
    {
        Mask = mask, Dropout = Dropout, Interleaved = true, TokenRotation = Rotation,
        Rotation = Rotation is { } angles ? (Twice(angles.Cos), Twice(angles.Sin)) : null,
    };

    private static Tensor Twice(Tensor angles) => angles.repeat_interleave(2, (int)angles.dim() - 3);

    /// <summary>Whether someone wants to see this activation.</summary>
    internal bool IsWanted(string name) => _options.Activations?.Wants(name) == true;

    /// <summary>Whether an activation must be made as it stands: someone sees or may change it.</summary>
    internal bool IsShown(string name) => _options.Edit is not null || IsWanted(name);

    /// <summary>Shows an activation to who wants it and returns what the model goes on with.</summary>
    internal Tensor Show(string name, Tensor value)
    {
        if (_options.Edit is { } edit)
            value = Checked(name, value, edit(name, value));
        if (IsWanted(name))
            _options.Activations!.Receive(name, value);
        return value;
    }

    /// <summary>Shows a by-product that cannot be edited.</summary>
    internal void ShowOnly(string name, Tensor value) => _options.Activations!.Receive(name, value);

    /// <summary>Drops activations in training.</summary>
    internal Tensor Drop(Tensor value) => Dropout > 0 ? nn.functional.dropout(value, Dropout) : value;

    private static Tensor Checked(string name, Tensor before, Tensor after) => ReferenceEquals(before, after)
        || (after.dtype == before.dtype && after.shape.AsSpan().SequenceEqual(before.shape))
        ? after
        : throw new ArgumentException(
            $"The edit of activation '{name}' returned {after.dtype} {Shapes.Text(after)}, expected {before.dtype} {Shapes.Text(before)}.");
}
