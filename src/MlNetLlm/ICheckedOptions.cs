namespace MlNetLlm;

/// <summary>Options that name their own faults; see <see cref="OptionsExtensions.Validated"/>.</summary>
public interface ICheckedOptions
{
    /// <summary>Every fault of these options, each with the value received and what was expected.</summary>
    /// <returns>One sentence a fault; none when the options are sound.</returns>
    IEnumerable<string> Faults();
}
