using static TorchSharp.torch;

namespace TorchSharp.Modules;

/// <summary>State by parameter, live and saved.</summary>
public abstract class OptimizerHelper : optim.Optimizer
{
    private readonly Dictionary<nint, OptimizerState> _states = [];

    protected OptimizerOptions _defaults;

    public OptimizerHelper() { }

    internal OptimizerState StateOf(Parameter parameter) => _states[parameter.Handle];

    /// <summary>Registers a group; each of its parameters gets its state here, outside any dispose scope.</summary>
    internal void Add(ParamGroup group, Func<Parameter, OptimizerState> newState)
    {
        group.Parameters = group.Parameters.ToList();
        group.Options.LearningRate ??= _defaults.LearningRate;
        group.Options.InitialLearningRate = group.Options.LearningRate.Value;
        _parameter_groups.Add(group);
        foreach (var parameter in group.Parameters)
        {
            if (_states.ContainsKey(parameter.Handle)) throw new ArgumentException("A parameter is in more than one parameter group.");
            var state = newState(parameter);
            state.Initialize(group.Options);
            _states[parameter.Handle] = state;
        }
    }

    protected Tensor _step<T>(Action<T> body, Func<Tensor> loss_closure = null) where T : ParamGroup
    {
        Tensor loss = null;
        if (loss_closure is not null) using (enable_grad()) loss = loss_closure();
        using var quiet = no_grad();
        foreach (var group in _parameter_groups)
        {
            using var scope = NewDisposeScope();
            body((T)group);
        }
        return loss;
    }

    /// <summary>The live state objects, not copies.</summary>
    public virtual StateDictionary state_dict()
    {
        var dictionary = new StateDictionary();
        foreach (var group in _parameter_groups)
        {
            dictionary.Options.Add(group.Options);
            var references = new List<int>();
            foreach (var parameter in group.Parameters)
            {
                references.Add(dictionary.State.Count);
                dictionary.State.Add(StateOf(parameter));
            }
            dictionary.StateIndexRef.Add(references);
        }
        return dictionary;
    }

    public virtual void load_state_dict(StateDictionary state_dict)
    {
        var mine = this.state_dict();
        if (mine.Options.Count != state_dict.Options.Count || mine.State.Count != state_dict.State.Count)
        {
            throw new ArgumentException(
                $"The state has {state_dict.Options.Count} groups and {state_dict.State.Count} parameters, " +
                $"the optimizer {mine.Options.Count} and {mine.State.Count}.");
        }
        for (int i = 0; i < mine.Options.Count; i++)
            if (mine.Options[i] != state_dict.Options[i]) mine.Options[i].LoadStateDict(state_dict.Options[i]);
        for (int i = 0; i < mine.State.Count; i++)
            if (mine.State[i] != state_dict.State[i]) mine.State[i].LoadStateDict(state_dict.State[i]);
    }

    public void save_state_dict(string location)
    {
        using var writer = new BinaryWriter(File.Create(location));
        save_state_dict(writer);
    }

    public void save_state_dict(BinaryWriter writer)
    {
        var all = state_dict();
        writer.Write(GetType().Name);
        writer.Write(all.Options.Count);
        writer.Write(all.State.Count);
        all.Options.ForEach(o => o.SaveStateDict(writer));
        all.State.ForEach(s => s.SaveStateDict(writer));
    }

    public void load_state_dict(string location)
    {
        using var reader = new BinaryReader(File.OpenRead(location));
        load_state_dict(reader);
    }

    public void load_state_dict(BinaryReader reader)
    {
        var all = state_dict();
        var (type, groups, states) = (reader.ReadString(), reader.ReadInt32(), reader.ReadInt32());
        if (type != GetType().Name || groups != all.Options.Count || states != all.State.Count)
        {
            throw new InvalidDataException(
                $"The state is of {type} with {groups} groups and {states} parameters, " +
                $"the optimizer is {GetType().Name} with {all.Options.Count} and {all.State.Count}.");
        }
        all.Options.ForEach(o => o.LoadStateDict(reader));
        all.State.ForEach(s => s.LoadStateDict(reader));
    }

    public void to(Device device)
    {
        foreach (var state in _states.Values) state.to(device);
    }

    protected override void Dispose(bool disposing)
    {
        base.Dispose(disposing);
        if (!disposing) return;
        foreach (var state in _states.Values) (state as IDisposable)?.Dispose();
        _states.Clear();
    }
}

public abstract class OptimizerState
{
    protected Parameter _parameter;

    protected OptimizerState(Parameter parameter) => _parameter = parameter;

    public abstract void Initialize(OptimizerOptions options);
    public abstract void LoadStateDict(BinaryReader reader);
    public abstract void LoadStateDict(OptimizerState source);
    public abstract void SaveStateDict(BinaryWriter writer);
    public virtual void to(Device device) { }
    public virtual bool ApproximatelyEquals(OptimizerState other) => false;

    protected static void SaveConditionalStateTensor(BinaryWriter writer, Tensor tensor)
    {
        writer.Write(tensor is not null);
        tensor?.Save(writer);
    }

    protected static void LoadConditionalStateTensor(BinaryReader reader, ref Tensor result, Device device)
    {
        Tensor loaded = null;
        if (reader.ReadBoolean())
        {
            using var scope = NewDisposeScope();
            loaded = TensorExtensionMethods.Load(reader).to(device).DetachFromDisposeScope();
        }
        result?.Dispose();
        result = loaded;
    }

    private protected static Tensor Fresh(Parameter parameter) => zeros_like(parameter).DetachFromDisposeScope();

    private protected static void Take(ref Tensor mine, Tensor source)
    {
        mine?.Dispose();
        mine = source?.clone().DetachFromDisposeScope();
    }

    private protected static void Move(ref Tensor tensor, Device device)
    {
        if (tensor is null) return;
        using (var old = tensor) tensor = old.to(device, copy: true).DetachFromDisposeScope();
    }
}
