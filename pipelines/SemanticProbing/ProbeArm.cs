using MlNetLlm.Karel;
using MlNetLlm.Probes;
using MlNetLlm.Traces;

namespace MlNetLlm.Pipelines.SemanticProbing;

/// <summary>How large a probe is.</summary>
internal enum ProbeSize
{
    /// <summary>No hidden layer.</summary>
    Linear,

    /// <summary>One hidden layer.</summary>
    Mlp1,

    /// <summary>Two hidden layers.</summary>
    Mlp2,
}

/// <summary>One arm: probes of one size on the four labels of one meaning, over some seeds.</summary>
/// <param name="Size">How large.</param>
/// <param name="Features">The column that they read.</param>
/// <param name="Semantics">The meaning, or "control" for random labels.</param>
/// <param name="Offset">Which state.</param>
/// <param name="Seeds">Probe seeds.</param>
internal sealed record ProbeArm(
    ProbeSize Size, string Semantics, int Offset = 0, string Features = TraceColumns.Features, int Seeds = 1)
{
    /// <summary>The meaning of control labels.</summary>
    public const string Control = "control";

    /// <summary>For example linear/flip/t+1, linear/record.</summary>
    public string Name => Features == TraceColumns.Record ? $"{SizeName}/record" : NameOf(Size, Semantics, Offset);

    private string SizeName => Size.ToString().ToLowerInvariant();

    /// <summary>The name of an arm on hidden states.</summary>
    public static string NameOf(ProbeSize size, string semantics, int offset = 0) =>
        $"{size.ToString().ToLowerInvariant()}/{semantics}{(semantics == Control ? "" : $"/t{(offset == 0 ? "" : $"{offset:+0;-0}")}")}";

    /// <summary>The name of the majority baseline.</summary>
    public static string MajorityOf(string semantics, int offset = 0) => $"majority/{semantics}/t{(offset == 0 ? "" : $"{offset:+0;-0}")}";

    /// <summary>The label column.</summary>
    public string Column(KarelLabel label) =>
        Semantics == Control ? TraceControl.Column(label) : TraceColumns.Label(label, Semantics, Offset);

    /// <summary>The probes' options, seed by seed and label by label.</summary>
    public IEnumerable<ProbeOptions> Probes(ProbeOptions template, IReadOnlyList<int> seeds, string prefix) =>
        from seed in seeds.Take(Seeds)
        from label in KarelLabels.All
        select template with
        {
            FeaturesColumn = Features, LabelColumn = Column(label), Seed = seed,
            ScoreColumn = $"{prefix}.{Name}.{label}.{seed}.Score", PredictedLabelColumn = $"{prefix}.{Name}.{label}.{seed}.Predicted",
        };
}
