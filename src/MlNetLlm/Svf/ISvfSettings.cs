using MlNetLlm.Adapters;

namespace MlNetLlm.Svf;

/// <summary>What an SVF expert is made by, whatever it is trained on: tokens of text or verdicts on answers.</summary>
internal interface ISvfSettings
{
    /// <summary>The matrices of a block that are scaled.</summary>
    ModuleSet Modules { get; }

    /// <summary>How the trained vector becomes multipliers.</summary>
    SvfVariant Variant { get; }

    /// <summary>M of the bounded variant.</summary>
    double MaxMultiplier { get; }

    /// <summary>Where every p of the bounded variant starts.</summary>
    double InitialLogit { get; }

    /// <summary>Standard deviation of the noise on the starting p.</summary>
    double InitialNoise { get; }

    /// <summary>How adapted matrices are applied during training.</summary>
    SvfForward Forward { get; }

    /// <summary>Folder that keeps the base model's decomposition, or null.</summary>
    string? DecompositionCache { get; }

    /// <summary>Every fault of these settings.</summary>
    static IEnumerable<string> Faults(ISvfSettings settings)
    {
        if (!Enum.IsDefined(settings.Variant))
            yield return $"Variant is {settings.Variant}; expected {string.Join(", ", Enum.GetNames<SvfVariant>())}.";
        if (!(settings.MaxMultiplier > 0) || !double.IsFinite(settings.MaxMultiplier))
            yield return $"MaxMultiplier is {settings.MaxMultiplier}; expected above 0.";
        if (!double.IsFinite(settings.InitialLogit)) yield return $"InitialLogit is {settings.InitialLogit}; expected a finite number.";
        if (!(settings.InitialNoise >= 0) || !double.IsFinite(settings.InitialNoise))
            yield return $"InitialNoise is {settings.InitialNoise}; expected 0 or more.";
    }
}
