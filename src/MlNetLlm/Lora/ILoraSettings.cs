namespace MlNetLlm.Lora;

/// <summary>What a LoRA adapter is made by, whatever it is trained on: tokens of text or verdicts on answers.</summary>
internal interface ILoraSettings
{
    /// <summary>r, the rank of the update.</summary>
    int Rank { get; }

    /// <summary>α; the update is scaled by α / r.</summary>
    double Alpha { get; }

    /// <summary>Share of the adapter's input values set to zero in training.</summary>
    double Dropout { get; }

    /// <summary>Every fault of these settings.</summary>
    static IEnumerable<string> Faults(ILoraSettings settings)
    {
        if (settings.Rank < 1) yield return $"Rank is {settings.Rank}; expected 1 or more.";
        if (!(settings.Alpha > 0) || !double.IsFinite(settings.Alpha)) yield return $"Alpha is {settings.Alpha}; expected above 0.";
        if (!(settings.Dropout >= 0 && settings.Dropout < 1))
            yield return $"Dropout is {settings.Dropout}; expected at least 0 and below 1.";
    }
}
