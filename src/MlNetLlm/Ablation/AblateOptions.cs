using MlNetLlm.Importance;
using MlNetLlm.Modules;

namespace MlNetLlm.Ablation;

/// <summary>Options of the removal of modules by replacing what they put out by its mean.</summary>
public sealed record AblateOptions : CalibrationOptions
{
    /// <summary>Names of the modules, matrices or units.</summary>
    /// <value>None: the model as it is.</value>
    public IReadOnlyList<string> Modules { get; init; } = [];

    /// <summary>Into how many groups the hidden units of a layer are split; for modules such as layers.0.mlp.channels.1.</summary>
    /// <value>4.</value>
    public int ChannelGroups { get; init; } = ModelModules.UsualChannelGroups;

    /// <inheritdoc/>
    public override IEnumerable<string> Faults()
    {
        foreach (var fault in base.Faults()) yield return fault;
        if (ChannelGroups < 1) yield return $"ChannelGroups is {ChannelGroups}; expected 1 or more.";
    }
}
