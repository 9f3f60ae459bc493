using System.Globalization;
using MlNetLlm.Karel;

namespace MlNetLlm.Traces;

/// <summary>Names of a trace data set's columns.</summary>
public static class TraceColumns
{
    /// <summary>The hidden state that emitted an operation: a vector of Single.</summary>
    public const string Features = "Features";

    /// <summary>What was said up to and with that operation, without the model: a vector of Single (<see cref="KarelRecord"/>).</summary>
    public const string Record = "Record";

    /// <summary>The number of the task whose program it is: Int64. Positions of one program depend on each other.</summary>
    public const string Program = "Program";

    /// <summary>Which operation of the program, counted from 1: Int32.</summary>
    public const string Step = "Step";

    /// <summary>Operations of the program: Int32.</summary>
    public const string Length = "Length";

    /// <summary>The operations up to and with this one as one number: UInt64, equal for equal ones.</summary>
    public const string Prefix = "Prefix";

    /// <summary>A label: a key, missing where the state is no label (<see cref="KarelTrace.TryPair"/>).</summary>
    /// <param name="label">Which label of the state.</param>
    /// <param name="semantics">The meaning under which the program was run.</param>
    /// <param name="offset">Which state: 0 = the one after the emitted operation.</param>
    /// <returns>For example Direction.flip.t+1.</returns>
    public static string Label(KarelLabel label, string semantics, int offset) =>
        $"{label}.{semantics}.t{(offset == 0 ? "" : offset.ToString("+0;-0", CultureInfo.InvariantCulture))}";
}
